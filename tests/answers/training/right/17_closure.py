import torch
import torch.nn as nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total = 0.0
    pictures = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)

        def closure():
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            return loss

        loss = optimizer.step(closure)
        total += loss.item() * images.size(0)
        pictures += images.size(0)
    return total / pictures
