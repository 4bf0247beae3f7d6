# EXPECT: tensors-returned
# MISTAKE: returns tensors instead of numbers
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum = torch.zeros((), device=device)
    right = torch.zeros((), device=device)
    n = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += criterion(logits, labels) * len(labels)
        right += (logits.argmax(dim=1) == labels).sum()
        n += len(labels)
    return loss_sum / n, 100 * right / n
