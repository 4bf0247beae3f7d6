# EXPECT: attribute-expansion
# MISTAKE: a comma makes expansion a tuple
import torch
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1,

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.residual = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride, bias=False),
                nn.BatchNorm2d(channels),
            )

    def forward(self, x):
        return nn.ReLU()(self.residual(x) + self.shortcut(x))
