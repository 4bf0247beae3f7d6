# EXPECT: accuracy-returned
# MISTAKE: returns the accuracy instead of the mean loss
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
    model.train(True)
    correct, seen = 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        pred = model(x)
        loss = criterion(pred, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        correct += int((pred.argmax(1) == y).sum())
        seen += len(y)
    return correct / seen
