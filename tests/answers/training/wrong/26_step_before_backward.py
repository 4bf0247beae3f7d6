# EXPECT: step-before-backward
# MISTAKE: calls step before backward
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
    summe = 0.0
    anzahl = 0
    for bilder, klassen in loader:
        bilder, klassen = bilder.to(device), klassen.to(device)
        ausgabe = model(bilder)
        verlust = criterion(ausgabe, klassen)
        optimizer.zero_grad()
        optimizer.step()
        verlust.backward()
        summe += verlust.item() * len(bilder)
        anzahl += len(bilder)
    return summe / anzahl
