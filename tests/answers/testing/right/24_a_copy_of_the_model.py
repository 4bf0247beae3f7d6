import copy

import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    """Test a copy, so that the model's mode is left alone."""
    tested = copy.deepcopy(model).eval()
    total, right, count = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = tested(images)
        total += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    return total / count, 100 * right / count
