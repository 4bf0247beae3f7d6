# EXPECT: optimizer-arguments-swapped
# MISTAKE: momentum and weight_decay are swapped
import numpy as np
import torch
import torch.nn as nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.1, momentum=0.9, weight_decay=1e-4):
    config = {"lr": lr, "momentum": weight_decay, "weight_decay": momentum}
    return torch.optim.SGD(model.parameters(), **config)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    losses, ns = [], []
    for xb, yb in loader:
        xb, yb = xb.to(device), yb.to(device)
        optimizer.zero_grad()
        l = criterion(model(xb), yb)
        l.backward()
        optimizer.step()
        losses.append(l.detach().cpu().numpy())
        ns.append(xb.shape[0])
    return float(np.average(np.array(losses), weights=np.array(ns)))
