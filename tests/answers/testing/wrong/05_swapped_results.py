# EXPECT: results-swapped
# MISTAKE: returns the accuracy first and the loss second
import torch


@torch.inference_mode()
def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, hits, seen = 0.0, 0, 0
    for batch in loader:
        x, y = batch[0].to(device), batch[1].to(device)
        z = model(x)
        loss_sum += criterion(z, y).item() * y.numel()
        hits += (z.argmax(-1) == y).sum().item()
        seen += y.numel()
    accuracy = 100 * hits / seen
    loss = loss_sum / seen
    return accuracy, loss
