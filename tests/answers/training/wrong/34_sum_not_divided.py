# EXPECT: sum-over-images
# MISTAKE: returns the sum over all images and does not divide
import torch
from torch import nn


def make_criterion(*args, **kwargs):
    return nn.CrossEntropyLoss(*args, **kwargs)


def make_optimizer(model, lr=0.02, momentum=0.9, weight_decay=1e-3, **kwargs):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay, **kwargs)


def _step(model, criterion, optimizer, *batch):
    images, labels = batch
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item(), len(labels)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total = 0.0
    for batch in loader:
        images, labels = (t.to(device) for t in batch)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * images.size(0)
    return total
