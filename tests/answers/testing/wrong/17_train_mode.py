# EXPECT: train-mode
# MISTAKE: puts the model into training mode
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.train()
    loss_sum, hits, n = 0.0, 0, 0
    for images, labels in loader:
        images = images.to(device)
        labels = labels.to(device)
        logits = model(images)
        loss_sum += criterion(logits, labels).item() * len(labels)
        hits += logits.max(1)[1].eq(labels).sum().item()
        n += len(labels)
    return loss_sum / n, 100 * hits / n
