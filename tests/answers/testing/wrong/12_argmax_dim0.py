# EXPECT: argmax-over-batch
# MISTAKE: takes argmax over the batch instead of the classes
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            logits = model(images)
            loss_sum += criterion(logits, labels).item() * len(images)
            right += (logits.argmax(dim=0) == labels).sum().item()
            n += len(images)
    return loss_sum / n, 100 * right / n
