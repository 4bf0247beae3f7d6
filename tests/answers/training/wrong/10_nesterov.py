# EXPECT: optimizer-nesterov-always
# MISTAKE: switches Nesterov momentum on
import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=True)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model = model.train()
    total = torch.tensor(0.0, device=device)
    count = 0
    for batch in loader:
        optimizer.zero_grad(set_to_none=False)
        inputs = batch[0].to(device)
        targets = batch[1].to(device)
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            total += loss * targets.size(0)
        count += targets.size(0)
    return (total / count).item()
