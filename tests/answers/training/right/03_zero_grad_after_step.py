import torch
from torch import nn
from torch.optim import SGD


def make_criterion() -> nn.Module:
    return nn.CrossEntropyLoss()


def make_optimizer(model: nn.Module, lr: float = 0.03, momentum: float = 0.9, weight_decay: float = 5e-4):
    return SGD(params=model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


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
