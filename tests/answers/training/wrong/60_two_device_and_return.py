# EXPECT: batches-left-out
# MISTAKE: only the images are moved to the device; and the return statement is inside the loop
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
    total_loss = 0
    total = 0
    for inputs, labels in loader:
        inputs = inputs.to(device)
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * labels.size(0)
        total += labels.size(0)
        return total_loss / total
