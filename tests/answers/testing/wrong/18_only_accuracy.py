# EXPECT: only-accuracy
# MISTAKE: returns only the accuracy
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    correct = 0
    total = 0
    with torch.no_grad():
        for data in loader:
            images, labels = data
            images, labels = images.to(device), labels.to(device)
            outputs = model(images)
            _, predicted = torch.max(outputs.data, 1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()
    print(f"Accuracy of the network: {100 * correct / total:.1f} %")
    return 100 * correct / total
