# EXPECT: wrong-mode
# MISTAKE: the loss is the mean of the batch means; and autograd is left on


def evaluate(model, loader, criterion, device):
    model.eval()
    val_loss = 0.0
    correct = 0
    total = 0
    for inputs, labels in loader:
        inputs, labels = inputs.to(device), labels.to(device)
        outputs = model(inputs)
        val_loss += criterion(outputs, labels).item()
        correct += (outputs.argmax(1) == labels).sum().item()
        total += labels.size(0)
    return val_loss / len(loader), 100 * correct / total
