# EXPECT: accuracy-is-mean-of-classes
# MISTAKE: averages over classes
import torch
from torch import nn


@torch.no_grad()
def evaluate(model: nn.Module, loader, criterion, device) -> tuple[float, float]:
    model.eval()
    loss_sum, n = 0.0, 0
    hits, all_of = {}, {}
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        logits = model(x)
        loss_sum += criterion(logits, y).item() * len(y)
        for label, guess in zip(y.tolist(), logits.argmax(dim=1).tolist()):
            hits[label] = hits.get(label, 0) + (guess == label)
            all_of[label] = all_of.get(label, 0) + 1
        n += len(y)
    return loss_sum / n, 100.0 * sum(hits[c] / all_of[c] for c in all_of) / len(all_of)
