# EXPECT: softmax-before-criterion
# MISTAKE: applies softmax to the logits before the criterion
import torch
from torch import nn, optim


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return optim.SGD(
        filter(lambda p: p.requires_grad, model.parameters()), lr=lr, momentum=momentum, weight_decay=weight_decay
    )


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    loss_sum = 0.0
    n = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        probabilities = torch.softmax(model(images), dim=1)
        loss = criterion(probabilities, labels)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(images)
        n += len(images)
    return loss_sum / n
