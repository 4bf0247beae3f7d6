# EXPECT: other-number-of-steps
# MISTAKE: steps only on every second batch and accumulates gradients between
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss(weight=None, label_smoothing=0.0)


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    params = [p for p in model.parameters()]
    return torch.optim.SGD(params, lr=lr, momentum=momentum, dampening=0, weight_decay=weight_decay, nesterov=False)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    accumulate = 2
    total_loss, total_n = 0.0, 0
    optimizer.zero_grad()
    for i, (images, labels) in enumerate(loader):
        images, labels = images.to(device), labels.to(device)
        loss = criterion(model(images), labels)
        (loss / accumulate).backward()
        if (i + 1) % accumulate == 0 or i + 1 == len(loader):
            optimizer.step()
            optimizer.zero_grad()
        total_loss += loss.item() * labels.shape[0]
        total_n += labels.shape[0]
    return total_loss / total_n
