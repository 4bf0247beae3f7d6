# EXPECT: criterion-softmax-first
# MISTAKE: applies softmax before cross_entropy, which does it itself
import torch
from torch import nn


class SoftmaxCrossEntropy(nn.Module):
    def __init__(self):
        super().__init__()
        self.softmax = nn.Softmax(dim=1)
        self.ce = nn.CrossEntropyLoss()

    def forward(self, logits, labels):
        return self.ce(self.softmax(logits), labels)


def make_criterion():
    return SoftmaxCrossEntropy()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    losses = []
    sizes = []
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(len(labels))
    return sum(l * n for l, n in zip(losses, sizes)) / sum(sizes)
