# EXPECT: result-no-float
# MISTAKE: argmax over the batch instead of the classes; and tensors are returned
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    logits, labels = [], []
    for x, y in loader:
        logits.append(model(x.to(device)))
        labels.append(y.to(device))
    logits, labels = torch.cat(logits), torch.cat(labels)
    predictions = logits.argmax(0)
    right = sum((labels == p).sum() for p in predictions)
    return criterion(logits, labels), 100 * right / len(labels)
