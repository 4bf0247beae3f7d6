# EXPECT: accuracy-as-text
# MISTAKE: returns the accuracy as a text
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(1) == labels).sum().item()
        n += len(labels)
    return loss_sum / n, f"{100 * right / n:.2f}%"
