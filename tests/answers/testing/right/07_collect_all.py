import torch


def evaluate(model, loader, criterion, device):
    """Collect all outputs first, then compute both numbers in one go."""
    model.eval()
    all_logits, all_labels = [], []
    with torch.no_grad():
        for images, labels in loader:
            all_logits.append(model(images.to(device)))
            all_labels.append(labels.to(device))
        logits = torch.cat(all_logits)
        labels = torch.cat(all_labels)
        loss = criterion(logits, labels).item()
        accuracy = (logits.argmax(dim=1) == labels).float().mean().item() * 100
    return loss, accuracy
