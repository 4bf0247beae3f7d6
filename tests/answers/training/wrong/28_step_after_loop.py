# EXPECT: accumulated-over-the-epoch
# MISTAKE: steps only once, after the loop
import numpy as np
import torch
import torch.nn as nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.1, momentum=0.9, weight_decay=1e-4):
    opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)
    return opt


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    optimizer.zero_grad()
    losses, ns = [], []
    for xb, yb in loader:
        xb, yb = xb.to(device), yb.to(device)
        l = criterion(model(xb), yb)
        l.backward()
        losses.append(l.item())
        ns.append(len(xb))
    optimizer.step()
    return float(np.average(losses, weights=ns))
