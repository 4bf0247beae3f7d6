import torch
from torch import Tensor


def count_correct(logits: Tensor, labels: Tensor) -> int:
    return int((logits.argmax(dim=1) == labels).sum().item())


def move(batch, device):
    return tuple(t.to(device) for t in batch)


@torch.no_grad()
def evaluate(model, loader, criterion, device) -> tuple[float, float]:
    model.eval()
    stats = {"loss": 0.0, "correct": 0, "n": 0}
    for batch in loader:
        images, labels = move(batch, device)
        logits = model(images)
        stats["loss"] += criterion(logits, labels).item() * len(labels)
        stats["correct"] += count_correct(logits, labels)
        stats["n"] += len(labels)
    return stats["loss"] / stats["n"], 100 * stats["correct"] / stats["n"]
