import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    previous = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += criterion(logits, labels).item() * len(images)
        right += (logits.argmax(1) == labels).sum().item()
        n += len(images)
    torch.set_grad_enabled(previous)
    return loss_sum / n, 100.0 * right / n
