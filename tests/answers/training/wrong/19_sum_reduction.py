# EXPECT: criterion-sum
# MISTAKE: the criterion returns the sum of the losses, not their mean
# Aufgabe Kapitel 4
import torch
from torch import nn


def make_criterion():
    verlust = nn.CrossEntropyLoss(reduction="sum")
    return verlust


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    parameter = list(model.parameters())
    return torch.optim.SGD(parameter, lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    summe = torch.zeros((), device=device)
    anzahl = 0
    for bilder, klassen in loader:
        bilder = bilder.to(device=device, dtype=torch.float32)
        klassen = klassen.to(device=device, dtype=torch.long)
        with torch.enable_grad():
            ausgabe = model(bilder)
            verlust = criterion(ausgabe, klassen)
        optimizer.zero_grad()
        verlust.backward()
        optimizer.step()
        summe += verlust.data * len(klassen)
        anzahl += len(klassen)
    return summe.item() / anzahl
