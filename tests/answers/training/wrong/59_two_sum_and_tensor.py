# EXPECT: criterion-sum
# MISTAKE: the criterion returns the sum instead of the mean; and train_one_epoch returns a tensor
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss(reduction="sum")


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total = torch.zeros((), device=device)
    n = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(labels)
        n += len(labels)
    return total / n


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    """SGD as in the ResNet paper"""
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)
