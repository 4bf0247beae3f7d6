# EXPECT: optimizer-decay-ignored
# MISTAKE: the argument weight_decay is not handed to SGD
import time

import torch
from torch import nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    return torch.optim.SGD(
        params=model.parameters(),
        lr=lr,
        momentum=momentum,
    )


def train_one_epoch(model, loader, criterion, optimizer, device):
    start = time.time()
    model.to(device)
    model.train()
    correct = 0
    total_loss = 0.0
    total = 0
    for step, (images, labels) in enumerate(loader, start=1):
        images = images.to(device)
        labels = labels.to(device)
        optimizer.zero_grad()
        outputs = model(images)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()

        total_loss += loss.item() * labels.size(0)
        total += labels.size(0)
        correct += (outputs.argmax(1) == labels).sum().item()
        if step % 10 == 0:
            print(f"step {step}: loss {loss.item():.4f}  acc {100 * correct / total:.1f}%")
    print(f"epoch took {time.time() - start:.1f} s")
    return total_loss / total
