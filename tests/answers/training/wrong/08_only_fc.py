# EXPECT: optimizer-only-classifier
# MISTAKE: only the parameters of the last layer are given to the optimizer
import torch
import torch.nn as nn


def make_criterion():
    return nn.CrossEntropyLoss()


def make_optimizer(model, lr=0.01, momentum=0.9, weight_decay=5e-4):
    # we fine-tune the classifier
    last = list(model.children())[-1]
    return torch.optim.SGD(last.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    running_loss = 0.0

    # Iterate over data.
    for inputs, labels in loader:
        inputs = inputs.to(device)
        labels = labels.to(device)

        # zero the parameter gradients
        optimizer.zero_grad()

        # forward
        with torch.set_grad_enabled(True):
            outputs = model(inputs)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()

        # statistics
        running_loss += loss.item() * inputs.size(0)

    epoch_loss = running_loss / len(loader.dataset)
    return epoch_loss
