# EXPECT: criterion-swapped
# MISTAKE: calls the criterion with labels first
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    test_loss = 0.0
    correct = 0
    n = 0
    with torch.no_grad():
        for images, targets in loader:
            images, targets = images.to(device), targets.to(device)
            preds = model(images)
            test_loss += criterion(targets, preds).item() * images.shape[0]
            correct += preds.argmax(1).eq(targets).sum().item()
            n += images.shape[0]
    return test_loss / n, correct / n * 100
