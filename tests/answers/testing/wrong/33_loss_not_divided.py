# EXPECT: sum-over-images
# MISTAKE: returns the sum of the losses, not their mean
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(1) == labels).sum().item()
        n += len(labels)
    accuracy = 100 * right / n
    return loss, accuracy
