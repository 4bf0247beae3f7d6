# EXPECT: accuracy-rounded
# MISTAKE: rounds the accuracy
import torch
from torch import nn


@torch.no_grad()
def evaluate(model: nn.Module, loader, criterion, device) -> tuple[float, float]:
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        logits = model(x)
        loss_sum += criterion(logits, y).item() * len(y)
        right += (logits.argmax(dim=1) == y).sum().item()
        n += len(y)
    return loss_sum / n, round(100.0 * right / n, 2)
