# EXPECT: one-hot-too-small
# MISTAKE: one_hot without num_classes: it has as many columns as the largest label asks for
import torch
import torch.nn.functional as F


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    total, right, count = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        total += criterion(logits, labels).item() * len(labels)
        wanted = F.one_hot(labels)
        got = F.one_hot(logits.argmax(dim=1), wanted.shape[1])
        right += (wanted * got).sum().item()
        count += len(labels)
    return total / count, 100 * right / count
