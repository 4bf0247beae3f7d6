# EXPECT: own-criterion
# MISTAKE: uses a criterion of its own instead of the given one
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


def make_optimizer(model, lr=0.1, momentum=0.9, weight_decay=1e-4):
    return torch.optim.SGD(model.parameters(), lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    losses = AverageMeter()
    loss_fn = nn.CrossEntropyLoss().to(device)
    model.train()
    for i, (images, target) in enumerate(loader):
        images, target = images.to(device), target.to(device)
        output = model(images)
        loss = loss_fn(output, target)
        losses.update(loss.item(), images.size(0))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses.avg
