# EXPECT: no-step
# MISTAKE: optimizer.step() is forgotten
import torch
import torch.nn as nn
from torch import optim


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.05, momentum=0.9, weight_decay=5e-4):
    return optim.SGD(
        [{"params": model.parameters()}],
        lr=lr,
        momentum=momentum,
        weight_decay=weight_decay,
    )


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    losses, sizes = [], []
    for batch in loader:
        inputs, labels = batch
        inputs, labels = inputs.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(inputs), labels)
        loss.backward()
        losses.append(loss.item())
        sizes.append(len(labels))
    return sum(a * b for a, b in zip(losses, sizes)) / sum(sizes)
