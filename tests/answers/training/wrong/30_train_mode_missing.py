# EXPECT: no-train-mode
# MISTAKE: model.train() is forgotten
from torch import nn
import torch
import torch.nn.functional as F


def make_criterion():
    return F.cross_entropy


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    loss_sum = 0.0
    sample_count = 0
    for images, labels in loader:
        images = images.to(device, non_blocking=True)
        labels = labels.to(device, non_blocking=True)
        logits = model(images)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.detach() * len(images)
        sample_count += len(images)
    return float(loss_sum) / sample_count
