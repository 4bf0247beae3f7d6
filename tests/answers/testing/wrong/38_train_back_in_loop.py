# EXPECT: wrong-mode
# MISTAKE: switches back to training mode inside the loop, so only the first batch runs in evaluation mode
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            logits = model(images)
            loss_sum += criterion(logits, labels).item() * len(labels)
            right += (logits.argmax(1) == labels).sum().item()
            n += len(labels)
            model.train()
    return loss_sum / n, 100 * right / n
