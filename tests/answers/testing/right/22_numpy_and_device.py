import numpy as np
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, hits, seen = 0.0, 0, 0
    with torch.inference_mode():
        for images, labels in loader:
            logits = model(images.to(device))
            loss_sum += criterion(logits, labels.to(device)).item() * len(labels)
            guesses = logits.argmax(dim=1).cpu().numpy()
            hits += int(np.sum(guesses == labels.cpu().numpy()))
            seen += len(labels)
    return loss_sum / seen, 100.0 * hits / seen
