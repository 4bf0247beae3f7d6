from typing import Tuple

import torch
import torch.nn as nn
from torch.utils.data import DataLoader


def evaluate(model: nn.Module, loader: DataLoader, criterion: nn.Module, device: torch.device) -> Tuple[float, float]:
    """Average loss and accuracy (in %) of the model over the loader."""
    model.eval()

    size = 0
    test_loss, correct = 0.0, 0.0

    with torch.no_grad():
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            pred = model(X)
            test_loss += criterion(pred, y).item() * len(X)
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
            size += len(X)

    test_loss /= size
    correct /= size
    result = (test_loss, 100 * correct)
    return result
