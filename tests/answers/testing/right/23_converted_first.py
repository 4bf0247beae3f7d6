import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    total, right, count = 0.0, 0, 0
    for images, labels in loader:
        images = images.float().to(device, non_blocking=True)
        labels = labels.long().to(device, non_blocking=True)
        logits = model(images)
        total += criterion(logits, labels).item() * labels.numel()
        right += torch.eq(logits.argmax(1), labels).sum().item()
        count += labels.numel()
    return total / count, 100 * right / count
