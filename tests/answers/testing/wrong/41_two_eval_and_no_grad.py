# EXPECT: neither-switch
# MISTAKE: model.eval() is forgotten; and autograd is left on


def evaluate(model, loader, criterion, device):
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss_sum += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(1) == labels).sum().item()
        n += len(labels)
    return loss_sum / n, 100 * right / n
