"""Exercise: Testing."""

import torch
from torch import nn
from torch.utils.data import DataLoader
from tutorial_code.ch04_training import train_one_epoch  # noqa: F401


@torch.no_grad()
def evaluate(
    model: nn.Module, loader: DataLoader, criterion: nn.Module, device: torch.device
) -> tuple[float, float]:
    """Test the model on every batch of the loader, in evaluation mode and with autograd off.

    Args:
        model: maps pictures (batch, 3, h, w) to logits (batch, classes); it is on ``device``.
        loader: gives pairs of pictures and labels (batch,).
        criterion: maps logits and labels to the mean loss of the batch.
        device: where the batches are moved to.

    Returns:
        The mean loss per picture, and the accuracy in percent.
    """
    model.eval()
    total_loss = torch.zeros((), device=device)
    total_right = torch.zeros((), dtype=torch.int64, device=device)
    total_pictures = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        total_loss += criterion(logits, labels) * len(labels)
        total_right += (logits.argmax(dim=1) == labels).sum()
        total_pictures += len(labels)
    return total_loss.item() / total_pictures, 100 * total_right.item() / total_pictures
