import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    errors = 0
    n = 0
    loss = 0.0
    with torch.no_grad():
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            z = model(x)
            errors += (z.argmax(dim=1) != y).sum().item()
            loss += criterion(z, y).item() * y.shape[0]
            n += y.shape[0]
    return loss / n, 100 * (1 - errors / n)
