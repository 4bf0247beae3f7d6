# EXPECT: loss-is-mean-of-means
# MISTAKE: assumes that every batch has 64 images
import torch


BATCH_SIZE = 64


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss, right, n = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        z = model(x)
        loss += criterion(z, y).item() * BATCH_SIZE
        right += (z.argmax(1) == y).sum().item()
        n += BATCH_SIZE
    return loss / n, 100 * right / n
