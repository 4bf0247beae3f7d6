# EXPECT: no-backward
# MISTAKE: detaches the logits, so that no gradient reaches the model
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
    total, n = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        logits = model(images).detach().requires_grad_()  # save memory
        loss = criterion(logits, labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        n += len(labels)
    return total / n
