# EXPECT: return-in-loop
# MISTAKE: the return statement is indented into the loop
from torch import nn
import torch
import torch.nn.functional as F

make_criterion = lambda: lambda logits, labels: F.cross_entropy(logits, labels)


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for group in optimizer.param_groups:
        group["lr"] = lr
        group["momentum"] = momentum
        group["weight_decay"] = weight_decay
    return optimizer


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total = 0.0
    n = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        n += len(labels)
        return total / n
