# EXPECT: zero-grad-once
# MISTAKE: zeroes the gradients only once per epoch
import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer
from torch.utils.data import DataLoader


def make_criterion() -> nn.CrossEntropyLoss:
    return nn.CrossEntropyLoss()


def make_optimizer(model: nn.Module, lr: float = 3e-2, momentum: float = 0.9, weight_decay: float = 5e-4) -> Optimizer:
    return SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(
    model: nn.Module, loader: DataLoader, criterion: nn.Module, optimizer: Optimizer, device: torch.device
) -> float:
    model.train()
    optimizer.zero_grad()
    loss_sum, samples = 0.0, 0
    for step, (data, target) in enumerate(loader):
        data, target = data.to(device), target.to(device)
        loss = criterion(model(data), target)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * target.size(0)
        samples += target.size(0)
    return loss_sum / samples
