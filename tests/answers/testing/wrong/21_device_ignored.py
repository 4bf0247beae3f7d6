# EXPECT: no-device
# MISTAKE: never moves the batches to the device
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        output = model(images)
        loss_sum += criterion(output, labels).item() * images.size(0)
        right += (output.argmax(dim=1) == labels).sum().item()
        n += images.size(0)
    return loss_sum / n, 100.0 * right / n
