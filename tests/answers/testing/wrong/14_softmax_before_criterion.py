# EXPECT: softmax-before-criterion
# MISTAKE: gives probabilities instead of logits to the criterion
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    loss_sum, right, n = 0.0, 0, 0
    with torch.inference_mode():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            probs = torch.softmax(model(images), dim=1)
            loss_sum += criterion(probs, labels).item() * labels.size(0)
            right += (probs.argmax(dim=1) == labels).sum().item()
            n += labels.size(0)
    return loss_sum / n, 100 * right / n
