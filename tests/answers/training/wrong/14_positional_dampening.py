# EXPECT: optimizer-decay-as-dampening
# MISTAKE: passes weight_decay in the place of dampening
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    """SGD(params, lr, momentum, weight_decay)"""
    return torch.optim.SGD(model.parameters(), lr, momentum, weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total = torch.zeros(1, dtype=torch.float64)
    n = torch.zeros(1, dtype=torch.long)
    for images, labels in loader:
        optimizer.zero_grad()
        logits = model(images.to(device))
        loss = criterion(logits, labels.to(device))
        loss.backward()
        optimizer.step()
        total += loss.detach().double().cpu() * labels.shape[0]
        n += labels.shape[0]
    return (total / n).item()
