# EXPECT: criterion-swapped
# MISTAKE: calls the criterion with labels first and logits second
import torch
import torch.nn as nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total, pictures = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        predictions = model(images)
        loss = criterion(labels, predictions)
        loss.backward()
        optimizer.step()
        total += loss.item() * images.size(0)
        pictures += images.size(0)
    return total / pictures
