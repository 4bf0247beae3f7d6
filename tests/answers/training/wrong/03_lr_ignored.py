# EXPECT: optimizer-default-rate
# MISTAKE: the argument lr is not handed to SGD
import torch
import torch.nn as nn
import torch.optim as optim


def make_criterion():
    criterion = nn.CrossEntropyLoss(reduction="mean")
    return criterion


def make_optimizer(model, lr=0.1, momentum=0.9, weight_decay=1e-4):
    opt = torch.optim.SGD(model.parameters(), momentum=momentum, weight_decay=weight_decay)
    return opt


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train(True)
    epoch_loss, seen = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        pred = model(x)
        loss = criterion(pred, y)
        # Backprop
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        epoch_loss += float(loss) * x.shape[0]
        seen += x.shape[0]
    return epoch_loss / seen
