import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    per_picture_loss = []
    per_picture_right = []
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            logits = model(images)
            loss = criterion(logits, labels).item()
            per_picture_loss += [loss] * len(labels)
            per_picture_right += (logits.argmax(1) == labels).tolist()
    mean_loss = sum(per_picture_loss) / len(per_picture_loss)
    accuracy = 100 * sum(per_picture_right) / len(per_picture_right)
    return mean_loss, accuracy
