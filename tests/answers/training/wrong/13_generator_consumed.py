# EXPECT: optimizer-parameters-used-up
# MISTAKE: the generator of parameters is used up by the count before SGD gets it
import torch
import torch.nn as nn
import torch.optim as optim


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    params = model.parameters()
    n = sum(p.numel() for p in params)
    print(f"{n / 1e6:.1f} M parameters")
    return optim.SGD(params, lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    # the mean is updated batch by batch
    model.train()
    mean, seen = 0.0, 0
    for images, labels in loader:
        optimizer.zero_grad()
        images, labels = images.to(device), labels.to(device)
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        n = len(images)
        mean = (mean * seen + loss.item() * n) / (seen + n)
        seen += n
    return mean
