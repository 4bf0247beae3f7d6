# EXPECT: argmax-over-everything
# MISTAKE: takes argmax over the whole batch because dim is missing
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    total, correct, count = 0.0, 0, 0
    for x, y in loader:
        x = x.to(device)
        y = y.to(device)
        out = model(x)
        total += criterion(out, y).item() * y.size(0)
        correct += (torch.argmax(out) == y).sum().item()
        count += y.size(0)
    return total / count, 100.0 * correct / count
