# EXPECT: mean-of-batch-means
# MISTAKE: returns the mean of the batch means, not the mean per image
import torch
from torch import nn
from torch.optim import SGD


def make_criterion() -> nn.Module:
    return nn.CrossEntropyLoss()


def make_optimizer(model: nn.Module, lr: float = 0.03, momentum: float = 0.9, weight_decay: float = 5e-4):
    return SGD(params=model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device) -> float:
    model.train()
    total_loss = 0.0
    for img, lab in loader:
        img = img.to(device)
        lab = lab.to(device)
        optimizer.zero_grad()
        loss = criterion(model(img), lab)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return total_loss / len(loader)
