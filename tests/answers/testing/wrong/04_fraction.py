# EXPECT: fraction
# MISTAKE: the accuracy is a fraction, not in percent
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    size = 0
    test_loss, correct = 0, 0
    with torch.no_grad():
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            pred = model(X)
            test_loss += criterion(pred, y).item() * len(X)
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
            size += len(X)
    test_loss /= size
    correct /= size
    return test_loss, correct
