import torch
from torch import nn


def evaluate(model, loader, criterion, device):
    model.train(False)
    sum_loss = 0.0
    sum_acc = 0.0
    count = 0
    with torch.inference_mode():
        for images, labels in loader:
            images, labels = images.to(device, non_blocking=True), labels.to(device, non_blocking=True)
            logits = model(images)
            b = images.size(0)
            sum_loss += criterion(logits, labels).item() * b
            batch_acc = (logits.argmax(-1) == labels).float().mean().item()
            sum_acc += batch_acc * b
            count += b
    return sum_loss / count, 100.0 * sum_acc / count
