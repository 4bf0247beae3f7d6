# EXPECT: batches-left-out
# MISTAKE: stops after twenty batches
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    total, right, count = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        if count >= 40:
            break
        total += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    return total / count, 100 * right / count
