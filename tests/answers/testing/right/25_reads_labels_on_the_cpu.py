import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    total, guesses, answers = 0.0, [], []
    for images, labels in loader:
        logits = model(images.to(device))
        total += criterion(logits, labels.to(device)).item() * len(labels)
        guesses += logits.argmax(dim=1).tolist()
        answers += labels.tolist()
    right = sum(guess == answer for guess, answer in zip(guesses, answers))
    return total / len(answers), 100 * right / len(answers)
