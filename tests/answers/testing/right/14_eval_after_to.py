import torch


def evaluate(*args):
    model, loader, criterion, device = args
    model.to(device).eval()
    loss_sum = right = n = 0
    with torch.no_grad():
        for i, data in enumerate(loader):
            images, labels = data
            images = images.to(device)
            labels = labels.to(device)
            logits = model(images)
            loss_sum += criterion(logits, labels).item() * images.size(0)
            right += (torch.argmax(logits, dim=1) == labels).sum().item()
            n += images.size(0)
    return loss_sum / n, right / n * 100.0
