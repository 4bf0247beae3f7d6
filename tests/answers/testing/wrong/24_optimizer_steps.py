# EXPECT: backward-in-test
# MISTAKE: trains the model on the test images
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    loss_sum, right, n = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(labels)
        right += (logits.argmax(1) == labels).sum().item()
        n += len(labels)
    return loss_sum / n, 100 * right / n
