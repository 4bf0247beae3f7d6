# MISTAKE: counts hits in a single byte, which holds 255 at most
# NAMED: differs: The second result, the accuracy, is made of hits that were counted in a single byte, which begins again after 255: expected 98.3333, got 13.0000.
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    total, right, count = 0.0, torch.zeros((), dtype=torch.uint8), 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        total += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().to(torch.uint8)
        count += len(labels)
    return total / count, 100 * right.item() / count
