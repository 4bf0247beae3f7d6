# MISTAKE: assumes that every batch has 64 pictures
# NAMED: differs: What is returned is not what it should be: first result, the loss: expected 1.0838, got 1.0956; second result, the accuracy: expected 27.2727, got 1.5625.
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
