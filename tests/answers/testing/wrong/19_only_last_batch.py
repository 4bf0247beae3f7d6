# MISTAKE: computes both numbers from the last batch only
# NAMED: last-batch-only: Only the last batch counts: each batch overwrites the sums of the one before.
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
    loss = criterion(logits, labels).item()
    accuracy = 100 * (logits.argmax(1) == labels).float().mean().item()
    return loss, accuracy
