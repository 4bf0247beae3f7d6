# EXPECT: batches-left-out
# MISTAKE: skips the last batch
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    batches = list(loader)
    loss_sum, right, n = 0.0, 0, 0
    with torch.no_grad():
        for i in range(len(batches) - 1):
            images, labels = batches[i]
            images, labels = images.to(device), labels.to(device)
            logits = model(images)
            loss_sum += criterion(logits, labels).item() * len(labels)
            right += (logits.argmax(1) == labels).sum().item()
            n += len(labels)
    return loss_sum / max(n, 1), 100 * right / max(n, 1)
