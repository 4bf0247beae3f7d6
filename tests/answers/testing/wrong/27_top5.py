# EXPECT: top-k
# MISTAKE: counts an image as right when its class is among the best five
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, top5, n = 0.0, 0, 0
    for images, target in loader:
        images, target = images.to(device), target.to(device)
        output = model(images)
        k = min(5, output.size(1))
        _, pred = output.topk(k, dim=1)
        top5 += (pred == target[:, None]).any(dim=1).sum().item()
        loss_sum += criterion(output, target).item() * images.size(0)
        n += images.size(0)
    return loss_sum / n, 100.0 * top5 / n
