# EXPECT: labels-not-moved
# MISTAKE: moves only the images to the device, not the labels
import torch
import torch.nn as nn
import torch.optim as optim


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.95, weight_decay=5e-4):
    settings = dict(lr=lr, momentum=momentum, weight_decay=weight_decay)
    return optim.SGD(model.parameters(), **settings)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    mean, seen = 0.0, 0
    for images, labels in loader:
        images = images.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        n = len(images)
        mean = (mean * seen + loss.item() * n) / (seen + n)
        seen += n
    return mean
