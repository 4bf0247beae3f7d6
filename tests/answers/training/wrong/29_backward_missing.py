# EXPECT: no-backward
# MISTAKE: loss.backward() is forgotten
import torch
import torch.nn as nn
import torch.optim as optim


def make_criterion():
    criterion = nn.CrossEntropyLoss(reduction="mean")
    return criterion


def make_optimizer(model, lr=0.1, momentum=0.9, weight_decay=1e-4):
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)
    return optimizer


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    epoch_loss = 0.0
    count = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        pred = model(x)
        loss = criterion(pred, y)
        optimizer.step()
        epoch_loss += loss.item() * x.size(0)
        count += x.size(0)
    return epoch_loss / count
