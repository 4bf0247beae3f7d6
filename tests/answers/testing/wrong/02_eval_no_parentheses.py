# EXPECT: no-eval-mode
# MISTAKE: model.eval is named but not called
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval
    loss_sum, right, n = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        out = model(x)
        loss_sum += criterion(out, y).item() * len(y)
        right += out.argmax(1).eq(y).sum().item()
        n += len(y)
    return loss_sum / n, 100.0 * right / n
