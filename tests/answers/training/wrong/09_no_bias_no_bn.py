# EXPECT: optimizer-only-weights
# MISTAKE: biases and BatchNorm parameters are left out of the optimizer
from torch import nn
import torch
import torch.nn.functional as F


def make_criterion():
    return F.cross_entropy


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    weights = [p for p in model.parameters() if p.ndim > 1]  # these need weight decay
    return torch.optim.SGD(weights, lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    loss_sum = 0.0
    sample_count = 0
    for images, labels in loader:
        images = images.to(device, non_blocking=True)
        labels = labels.to(device, non_blocking=True)
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        loss_sum += loss.detach().cpu().item() * images.shape[0]
        sample_count += images.shape[0]
    return loss_sum / sample_count
