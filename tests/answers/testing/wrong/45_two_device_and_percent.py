# EXPECT: device
# MISTAKE: the batches are not moved to the device; and the accuracy is a fraction
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            logits = model(images)
            loss_sum += criterion(logits, labels).item() * len(labels)
            right += (logits.argmax(1) == labels).sum().item()
            n += len(labels)
    return loss_sum / n, right / n
