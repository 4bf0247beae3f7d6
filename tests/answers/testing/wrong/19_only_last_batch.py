# EXPECT: last-batch-only
# MISTAKE: computes both numbers from the last batch only
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
