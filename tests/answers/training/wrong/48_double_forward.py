# EXPECT: extra-forward-pass
# MISTAKE: runs the forward pass twice per batch, so BatchNorm counts each batch twice
import time

import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.001, momentum=0.9, weight_decay=0.01):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total_loss, correct, total = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        predictions = model(images).argmax(dim=1)
        optimizer.step()
        correct += (predictions == labels).sum().item()
        total_loss += loss.item() * labels.size(0)
        total += labels.size(0)
    print(f"training accuracy {100 * correct / total:.1f}%")
    return total_loss / total
