# EXPECT: two-results
# MISTAKE: returns a tuple of loss and accuracy instead of the loss
import torch
import torch.nn as nn
from torch import optim


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.05, momentum=0.9, weight_decay=5e-4):
    return optim.SGD(
        [{"params": model.parameters()}],
        lr=lr,
        momentum=momentum,
        weight_decay=weight_decay,
    )


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total_loss = 0.0
    correct = 0
    total = 0
    for inputs, labels in loader:
        inputs, labels = inputs.to(device), labels.to(device)
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * labels.size(0)
        _, predicted = outputs.max(1)
        correct += predicted.eq(labels).sum().item()
        total += labels.size(0)
    return total_loss / total, 100.0 * correct / total
