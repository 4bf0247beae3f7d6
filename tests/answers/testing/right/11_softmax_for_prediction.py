import torch
import torch.nn.functional as F


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_total = 0
    correct = 0
    n = 0
    with torch.no_grad():
        for data, target in loader:
            data, target = data.to(device), target.to(device)
            logits = model(data)
            loss_total += criterion(logits, target).item() * data.size(0)
            probs = F.softmax(logits, dim=1)
            pred = probs.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
            n += data.size(0)
    loss_total /= n
    accuracy = 100.0 * correct / n
    print("\nTest set: Average loss: {:.4f}, Accuracy: {}/{} ({:.0f}%)\n".format(loss_total, correct, n, accuracy))
    return loss_total, accuracy
