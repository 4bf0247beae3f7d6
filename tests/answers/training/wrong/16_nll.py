# EXPECT: criterion-nll
# MISTAKE: NLLLoss expects log-probabilities, but gets logits
import torch
from torch import nn


def make_criterion():
    # negative log likelihood of the right class
    return nn.NLLLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    params = [p for p in model.parameters()]
    return torch.optim.SGD(params, lr=lr, momentum=momentum, dampening=0, weight_decay=weight_decay, nesterov=False)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total_loss = 0.0
    total_n = 0
    for images, labels in loader:
        images = images.to(device)
        labels = labels.to(device)
        for p in model.parameters():
            p.grad = None
        logits = model(images)
        loss = criterion(logits, labels)
        loss.backward()
        optimizer.step()
        batch_n = labels.shape[0]
        total_loss = total_loss + loss.item() * batch_n
        total_n = total_n + batch_n
    mean_loss = total_loss / total_n
    return mean_loss
