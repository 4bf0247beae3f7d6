import torch
from torch import nn
from tutorial_code.ch05_training import train_one_epoch


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)
