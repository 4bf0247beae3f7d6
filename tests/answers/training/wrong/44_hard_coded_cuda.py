# EXPECT: cuda-fixed
# MISTAKE: moves the batches to CUDA instead of the given device
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.01, momentum=0.9, weight_decay=1e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    running_loss = 0.0
    samples = 0
    for images, labels in loader:
        images = images.cuda()
        labels = labels.cuda()
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        running_loss += loss.item() * images.size(0)
        samples += images.size(0)
    return running_loss / samples
