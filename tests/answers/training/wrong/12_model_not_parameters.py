# EXPECT: optimizer-model-given
# MISTAKE: gives the model to SGD instead of its parameters
import torch
from torch import nn
from torch.optim import SGD


def make_criterion() -> nn.Module:
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return SGD(model, lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device) -> float:
    """zero_grad at the end of each iteration; the first one is cleared before the loop."""
    model.train()
    optimizer.zero_grad()
    s = 0.0
    c = 0
    for img, lab in loader:
        img = img.to(device)
        lab = lab.to(device)
        loss = criterion(model(img), lab)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        s += loss.item() * len(img)
        c += len(img)
    return s / c
