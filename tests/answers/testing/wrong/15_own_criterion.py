# EXPECT: own-criterion
# MISTAKE: uses cross-entropy of its own instead of the given criterion
import torch.nn.functional as F
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum = 0.0
    right = 0
    n = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += F.cross_entropy(logits, labels, reduction="sum").item()
        right += (logits.argmax(1) == labels).sum().item()
        n += len(labels)
    return loss_sum / n, 100 * right / n
