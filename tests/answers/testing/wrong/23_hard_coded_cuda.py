# EXPECT: device-fixed
# MISTAKE: moves the batches to CUDA instead of the given device
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to("cuda"), labels.to("cuda")
        logits = model(images)
        loss_sum += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(dim=1) == labels).sum().item()
        n += len(labels)
    return loss_sum / n, 100 * right / n
