# EXPECT: optimizer-not-sgd
# MISTAKE: uses Adam instead of SGD with momentum
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.001, momentum=0.9, weight_decay=1e-4):
    # momentum is beta1 of Adam
    return torch.optim.Adam(model.parameters(), lr=lr, betas=(momentum, 0.999), weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    running = 0.0
    n = 0
    for images, labels in loader:
        images = images.to(device)
        labels = labels.to(device)

        optimizer.zero_grad()
        outputs = model(images)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()

        running += loss.item() * images.size(0)
        n += images.size(0)
    return running / n
