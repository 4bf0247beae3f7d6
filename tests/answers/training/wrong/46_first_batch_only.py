# EXPECT: return-in-loop
# MISTAKE: trains on the first batch only
import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer
from torch.utils.data import DataLoader


def make_criterion() -> nn.CrossEntropyLoss:
    return nn.CrossEntropyLoss()


def make_optimizer(model: nn.Module, lr: float = 3e-2, momentum: float = 0.9, weight_decay: float = 5e-4) -> Optimizer:
    return SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device) -> float:
    model.train()
    images, labels = next(iter(loader))
    images, labels = images.to(device), labels.to(device)
    optimizer.zero_grad()
    loss = criterion(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()
