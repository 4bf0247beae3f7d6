# EXPECT: right-answers-counted
# MISTAKE: returns the number of right answers, not the percentage
import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    test_loss, correct, n = 0.0, 0, 0
    for data, target in loader:
        data, target = data.to(device), target.to(device)
        output = model(data)
        test_loss += criterion(output, target).item() * data.size(0)
        correct += output.argmax(1).eq(target).sum().item()
        n += data.size(0)
    return test_loss / n, float(correct)
