# EXPECT: criterion-mse
# MISTAKE: uses the mean squared error for a classification
import torch
from torch import nn


def make_criterion(*args):
    return nn.MSELoss(*args)


def make_optimizer(model, lr=0.02, momentum=0.9, weight_decay=1e-3, **kwargs):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay, **kwargs)


def _step(model, criterion, optimizer, *batch):
    images, labels = batch
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item(), len(labels)


def train_one_epoch(*args):
    model, loader, criterion, optimizer, device = args
    model.train()
    total, n = 0.0, 0
    for batch in loader:
        loss, size = _step(model, criterion, optimizer, *[t.to(device) for t in batch])
        total += loss * size
        n += size
    return total / n
