# EXPECT: norm-in-training-mode
# MISTAKE: leaves the BatchNorm layers in training mode
from torch import nn
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.train()  # the running statistics are not good yet
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(1) == labels).sum().item()
        n += len(labels)
    return loss_sum / n, 100 * right / n
