# EXPECT: image-losses-over-batches
# MISTAKE: the sum over images is divided by the number of batches
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    total_loss = 0.0
    correct, total = 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            total_loss += criterion(outputs, labels).item() * images.size(0)
            correct += outputs.argmax(1).eq(labels).sum().item()
            total += labels.size(0)
    avg_loss = total_loss / len(loader)
    return avg_loss, 100 * correct / total
