# EXPECT: mean-of-batch-accuracies
# MISTAKE: the accuracy is the mean of the batch accuracies
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, n = 0.0, 0
    accuracies = []
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += criterion(logits, labels).item() * len(labels)
        n += len(labels)
        accuracies.append(100 * (logits.argmax(1) == labels).float().mean())
    return loss_sum / n, torch.stack(accuracies).mean().item()
