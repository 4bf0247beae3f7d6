import torch
from torch import nn
def make_criterion(): return nn.CrossEntropyLoss()
def make_optimizer(model, lr=.1, momentum=.9, weight_decay=1e-4): return torch.optim.SGD(model.parameters(), lr, momentum=momentum, weight_decay=weight_decay)

def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    t = n = 0
    with torch.enable_grad():
        for batch in loader:
            images, labels = batch[0].to(str(device)), batch[1].to(str(device))
            loss = criterion(model(images), labels)
            optimizer.zero_grad(); loss.backward(); optimizer.step()
            t += loss.item() * images.shape[0]; n += images.size(0)
    return t / n
