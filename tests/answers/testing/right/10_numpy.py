import numpy as np
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    losses, sizes, hits = [], [], []
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        z = model(x)
        losses.append(criterion(z, y).item())
        sizes.append(len(y))
        hits.append(np.sum(np.argmax(z.cpu().numpy(), axis=1) == y.cpu().numpy()))
    return float(np.average(losses, weights=sizes)), float(100 * np.sum(hits) / np.sum(sizes))
