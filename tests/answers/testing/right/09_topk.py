import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    losses = 0.0
    top1 = 0
    count = 0
    for images, target in loader:
        images = images.to(device)
        target = target.to(device)
        output = model(images)
        _, pred = output.topk(1, dim=1)
        top1 += pred.squeeze(1).eq(target).sum().item()
        losses += criterion(output, target).item() * images.size(0)
        count += images.size(0)
    return losses / count, top1 * 100.0 / count
