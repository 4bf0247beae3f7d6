# EXPECT: optimizer-not-used
# MISTAKE: makes a new optimizer for every batch, so the momentum is lost
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(list(model.parameters()), lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total = 0.0
    count = 0
    for batch in loader:
        optimizer = make_optimizer(model)
        inputs, targets = batch[0].to(device), batch[1].to(device)
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
        count += len(inputs)
    return total / count
