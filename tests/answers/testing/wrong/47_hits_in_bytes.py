# EXPECT: accuracy-is-counted-in-a-byte
# MISTAKE: counts hits in a single byte, which holds 255 at most
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
