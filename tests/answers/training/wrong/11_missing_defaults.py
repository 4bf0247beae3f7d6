# EXPECT: optimizer-no-defaults
# MISTAKE: lr, momentum and weight_decay have no default values
import torch
import torch.nn as nn
from torch import optim


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr, momentum, weight_decay):
    return optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total_loss = 0
    total = 0
    for i, data in enumerate(loader):
        inputs, labels = data
        inputs, labels = inputs.to(device), labels.to(device)
        model.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * labels.size(0)
        total += labels.size(0)
    return total_loss / total
