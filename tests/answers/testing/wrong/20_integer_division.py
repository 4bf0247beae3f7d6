# EXPECT: rounded-to-integer
# MISTAKE: rounds the accuracy down to a whole number
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            logits = model(images)
            loss_sum += criterion(logits, labels).item() * len(labels)
            right += int((logits.argmax(1) == labels).sum())
            n += len(labels)
    return loss_sum / n, 100 * right // n
