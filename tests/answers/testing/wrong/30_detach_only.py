# EXPECT: no-no-grad
# MISTAKE: detaches the logits, but autograd is on during the forward pass


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum = 0.0
    right = 0
    n = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images).detach()
        loss_sum += criterion(logits, labels).item() * len(labels)
        right += (logits.argmax(1) == labels).sum().item()
        n += len(labels)
    return loss_sum / n, 100 * right / n
