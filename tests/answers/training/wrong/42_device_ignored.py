# EXPECT: no-device
# MISTAKE: never moves the batches to the device
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    weights, others = [], []
    for name, p in model.named_parameters():
        (weights if p.dim() > 1 else others).append(p)
    groups = [g for g in ({"params": weights}, {"params": others}) if g["params"]]
    return torch.optim.SGD(groups, lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total = 0.0
    count = 0
    for images, labels in loader:
        optimizer.zero_grad()
        output = model(images)
        loss = criterion(output, labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * labels.size(0)
        count += labels.size(0)
    return total / count
