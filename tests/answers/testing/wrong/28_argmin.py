# EXPECT: argmin
# MISTAKE: takes the class with the smallest logit
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    total, right, n = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            logits = model(images)
            total += criterion(logits, labels).item() * images.size(0)
            predictions = torch.argmin(logits, dim=1)
            right += (predictions == labels).sum().item()
            n += images.size(0)
    return total / n, 100 * right / n
