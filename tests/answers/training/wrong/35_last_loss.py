# EXPECT: last-loss
# MISTAKE: returns the loss of the last batch only
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss(weight=None, label_smoothing=0.0)


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    params = [p for p in model.parameters()]
    return torch.optim.SGD(params, lr=lr, momentum=momentum, dampening=0, weight_decay=weight_decay, nesterov=False)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    for images, labels in loader:
        images = images.to(device)
        labels = labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
    return loss.item()
