# EXPECT: loss-keeps-growing
# MISTAKE: keeps the sums from call to call
import torch
from torch import nn


@torch.no_grad()
def evaluate(model: nn.Module, loader, criterion, device, sums={'loss': 0.0, 'right': 0, 'n': 0}) -> tuple[float, float]:
    model.eval()
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        logits = model(x)
        sums['loss'] += criterion(logits, y).item() * len(y)
        sums['right'] += (logits.argmax(dim=1) == y).sum().item()
        sums['n'] += len(y)
    return sums['loss'] / sums['n'], 100.0 * sums['right'] / sums['n']
