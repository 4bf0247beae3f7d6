# EXPECT: optimizer-momentum-ignored
# MISTAKE: the argument momentum is ignored; and model.train() is forgotten
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    losses = []
    sizes = []
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(len(labels))
    return sum(l * n for l, n in zip(losses, sizes)) / sum(sizes)
