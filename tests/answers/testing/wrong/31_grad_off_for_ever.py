# EXPECT: autograd-stays-off
# MISTAKE: switches autograd off globally and never on again
import torch


def evaluate(model, loader, criterion, device):
    torch.set_grad_enabled(False)
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        z = model(x)
        loss_sum += criterion(z, y).item() * y.shape[0]
        right += z.argmax(1).eq(y).sum().item()
        n += y.shape[0]
    return loss_sum / n, 100 * right / n
