# EXPECT: optimizer-adamw
# MISTAKE: uses AdamW instead of SGD with momentum
import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer
from torch.utils.data import DataLoader


def make_criterion() -> nn.CrossEntropyLoss:
    return nn.CrossEntropyLoss()


def make_optimizer(model: nn.Module, lr: float = 3e-4, momentum: float = 0.9, weight_decay: float = 0.01):
    """AdamW decouples the weight decay."""
    return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)


def train_one_epoch(
    model: nn.Module, loader: DataLoader, criterion: nn.Module, optimizer: Optimizer, device: torch.device
) -> float:
    model.train()
    losses: list[Tensor] = []
    weights: list[int] = []
    for x, y in loader:
        x = x.to(device)
        y = y.to(device)
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        weights.append(y.numel())
    stacked = torch.stack(losses)
    w = torch.tensor(weights, dtype=stacked.dtype, device=stacked.device)
    return float((stacked * w).sum() / w.sum())
