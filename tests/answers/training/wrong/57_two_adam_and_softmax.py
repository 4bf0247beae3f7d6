# EXPECT: optimizer-adam
# MISTAKE: uses Adam instead of SGD; and applies softmax before the criterion
import torch
from torch import nn


class AverageMeter:
    """Computes and stores the average and current value"""

    def __init__(self):
        self.reset()

    def reset(self):
        self.val = 0
        self.avg = 0
        self.sum = 0
        self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=1e-3, momentum=0.9, weight_decay=1e-4):
    return torch.optim.Adam(model.parameters(), lr=lr, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    losses = AverageMeter()
    softmax = nn.Softmax(dim=1)
    model.train()
    for images, target in loader:
        images, target = images.to(device), target.to(device)
        loss = criterion(softmax(model(images)), target)
        losses.update(loss.item(), images.size(0))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses.avg
