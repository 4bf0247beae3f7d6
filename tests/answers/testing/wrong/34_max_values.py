# EXPECT: maximum-compared
# MISTAKE: compares the largest logit, not its index, with the label
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            predicted, _ = torch.max(outputs, 1)
            loss_sum += criterion(outputs, labels).item() * len(labels)
            right += (predicted == labels).sum().item()
            n += len(labels)
    return loss_sum / n, 100 * right / n
