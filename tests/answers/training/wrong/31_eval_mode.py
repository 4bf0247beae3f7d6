# EXPECT: eval-mode
# MISTAKE: puts the model into evaluation mode
import torch
import torch.nn as nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.01, momentum=0.9, weight_decay=0.0005):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.eval()
    running_loss, n = 0.0, 0
    for inputs, targets in loader:
        inputs = inputs.to(device)
        targets = targets.to(device)
        optimizer.zero_grad()
        out = model(inputs)
        loss = criterion(out, targets)
        loss.backward()
        optimizer.step()
        running_loss += loss.item() * inputs.shape[0]
        n += inputs.shape[0]
    return running_loss / n
