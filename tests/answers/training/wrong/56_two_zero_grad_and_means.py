# EXPECT: event-missing
# MISTAKE: the gradients are never zeroed; and the mean of the batch means is returned
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.01, momentum=0.9, weight_decay=1e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    losses = []
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
