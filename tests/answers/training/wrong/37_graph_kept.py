# EXPECT: graph-kept
# MISTAKE: sums up the loss with its graph, so that memory grows with every batch
import torch
from torch import nn


class CrossEntropy(nn.Module):
    def forward(self, logits, labels):
        log_p = torch.log_softmax(logits, dim=1)
        picked = log_p.gather(1, labels.unsqueeze(1)).squeeze(1)
        return -picked.mean()


def make_criterion():
    return CrossEntropy()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total = 0
    n = 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss * len(labels)
        n += len(labels)
    return total.item() / n
