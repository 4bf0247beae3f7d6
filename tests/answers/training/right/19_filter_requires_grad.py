import torch
from torch import nn, optim


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return optim.SGD(
        filter(lambda p: p.requires_grad, model.parameters()), lr=lr, momentum=momentum, weight_decay=weight_decay
    )


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    history = []
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        # one entry per picture, so the plain mean is the mean per picture
        history.extend([loss.item()] * len(labels))
    return sum(history) / len(history)
