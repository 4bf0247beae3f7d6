# EXPECT: no-no-grad
# MISTAKE: no_grad is only around the counting, not around the forward pass
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss = criterion(logits, labels)
        with torch.no_grad():
            loss_sum += loss.item() * len(labels)
            right += (logits.argmax(1) == labels).sum().item()
            n += len(labels)
    return loss_sum / n, 100 * right / n
