# EXPECT: batches-left-out
# MISTAKE: skips the last batch
# Aufgabe Kapitel 4
import torch
from torch import nn


def make_criterion():
    # Kreuzentropie, Mittelwert über den Batch
    verlust = nn.CrossEntropyLoss()
    return verlust


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    parameter = list(model.parameters())
    return torch.optim.SGD(parameter, lr=lr, momentum=momentum, weight_decay=weight_decay)


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    summe, anzahl = 0.0, 0
    for i, (bilder, klassen) in enumerate(loader):
        if i == len(loader) - 1:
            break  # der letzte Batch ist kleiner
        bilder, klassen = bilder.to(device), klassen.to(device)
        optimizer.zero_grad()
        verlust = criterion(model(bilder), klassen)
        verlust.backward()
        optimizer.step()
        summe += verlust.item() * len(klassen)
        anzahl += len(klassen)
    return summe / max(anzahl, 1)
