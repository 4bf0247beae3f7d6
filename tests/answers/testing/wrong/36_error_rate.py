# EXPECT: error-rate
# MISTAKE: returns the error rate instead of the accuracy
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    loss, wrong, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            z = model(x)
            loss += criterion(z, y).item() * len(y)
            wrong += (z.argmax(1) != y).sum().item()
            n += len(y)
    return loss / n, 100 * wrong / n
