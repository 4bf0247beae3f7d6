# EXPECT: parameters-frozen-afterwards
# MISTAKE: switches requires_grad of all parameters off and never on again


def evaluate(model, loader, criterion, device):
    model.eval()
    for p in model.parameters():
        p.requires_grad = False
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        out = model(images)
        loss_sum += criterion(out, labels).item() * len(images)
        right += (out.argmax(1) == labels).sum().item()
        n += len(images)
    return loss_sum / n, 100 * right / n
