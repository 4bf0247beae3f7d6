# EXPECT: projection-only-with-more-channels
# MISTAKE: a projection only where in_channels < channels, so that fewer channels fail
import torch
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.erste_faltung = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.erste_norm = nn.BatchNorm2d(channels)
        self.zweite_faltung = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.zweite_norm = nn.BatchNorm2d(channels)
        self.aktivierung = nn.ReLU()
        self.abkürzung = None
        if in_channels < channels or stride != 1:
            self.abkürzung = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.abkürzung_norm = nn.BatchNorm2d(channels)

    def forward(self, x):
        ergebnis = self.aktivierung(self.erste_norm(self.erste_faltung(x)))
        ergebnis = self.zweite_norm(self.zweite_faltung(ergebnis))
        if self.abkürzung is not None:
            x = self.abkürzung_norm(self.abkürzung(x))
        return self.aktivierung(ergebnis + x)
