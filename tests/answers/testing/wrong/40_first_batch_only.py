# EXPECT: return-in-loop
# MISTAKE: evaluates the first batch only
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    images, labels = next(iter(loader))
    images, labels = images.to(device), labels.to(device)
    logits = model(images)
    return criterion(logits, labels).item(), 100 * (logits.argmax(1) == labels).float().mean().item()
