# EXPECT: extra-forward-pass
# MISTAKE: reports the loss after the step, not before it
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
    losses, ns = [], []
    for xb, yb in loader:
        xb, yb = xb.to(device), yb.to(device)
        optimizer.zero_grad()
        criterion(model(xb), yb).backward()
        optimizer.step()
        with torch.no_grad():
            losses.append(criterion(model(xb), yb).item())
        ns.append(len(yb))
    return float(np.average(losses, weights=ns))
