# EXPECT: mean-of-batch-means
# MISTAKE: the loss is the mean of the batch means
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    losses = []
    correct = total = 0
    with torch.no_grad():
        for data, target in loader:
            data, target = data.to(device), target.to(device)
            output = model(data)
            losses.append(criterion(output, target).item())
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
            total += len(target)
    return sum(losses) / len(losses), 100.0 * correct / total
