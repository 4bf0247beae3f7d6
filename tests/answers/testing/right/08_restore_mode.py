import torch


def evaluate(model, loader, criterion, device):
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            total, correct, n = 0.0, 0, 0
            for x, y in loader:
                x = x.to(device)
                y = y.to(device)
                out = model(x)
                total += criterion(out, y).item() * y.size(0)
                correct += out.argmax(1).eq(y).sum().item()
                n += y.size(0)
    finally:
        model.train(was_training)
    return total / n, 100.0 * correct / n
