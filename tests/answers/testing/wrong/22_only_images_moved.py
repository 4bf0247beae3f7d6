# EXPECT: labels-not-moved
# MISTAKE: moves only the images to the device
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    total_loss = 0.0
    total_right = 0
    total = 0
    with torch.no_grad():
        for x, y in loader:
            x = x.to(device)
            logits = model(x)
            total_loss += criterion(logits, y).item() * len(y)
            total_right += (logits.argmax(1) == y).sum().item()
            total += len(y)
    return total_loss / total, 100 * total_right / total
