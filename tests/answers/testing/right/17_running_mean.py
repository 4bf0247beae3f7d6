import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    mean_loss, accuracy, seen = 0.0, 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        n = len(labels)
        share = n / (seen + n)
        batch_accuracy = 100 * (logits.argmax(1) == labels).sum().item() / n
        mean_loss += (criterion(logits, labels).item() - mean_loss) * share
        accuracy += (batch_accuracy - accuracy) * share
        seen += n
    return mean_loss, accuracy
