import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum = torch.zeros((), device=device)
    right = torch.zeros((), dtype=torch.long, device=device)
    n = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += criterion(logits, labels) * labels.numel()
        right += (logits.max(1)[1] == labels).sum()
        n += labels.numel()
    return (loss_sum / n).item(), (100 * right / n).item()
