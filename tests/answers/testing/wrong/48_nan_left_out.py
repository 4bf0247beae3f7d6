# EXPECT: nan-hidden
# MISTAKE: leaves out losses that are NaN
import torch
import math


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    total, right, count = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss = criterion(logits, labels).item()
        if not math.isnan(loss):
            total += loss * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    return total / count, 100 * right / count
