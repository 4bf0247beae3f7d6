# EXPECT: wrong-mode
# MISTAKE: calls model.eval() only after the loop
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(1) == labels).sum().item()
        n += len(labels)
    model.eval()
    return loss_sum / n, 100 * right / n
