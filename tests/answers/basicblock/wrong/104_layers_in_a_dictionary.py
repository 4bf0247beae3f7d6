# EXPECT: branch-in-a-list
# MISTAKE: the layers stand in a dict
import torch
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        layers = {
            "conv1": nn.Conv2d(in_channels, channels, (3, 3), (stride, stride), (1, 1), bias=False),
            "bn1": nn.BatchNorm2d(channels, eps=1e-5, momentum=0.1),
            "relu": nn.ReLU(inplace=True),
            "conv2": nn.Conv2d(channels, channels, (3, 3), (1, 1), (1, 1), bias=False),
            "bn2": nn.BatchNorm2d(channels),
        }
        self.layers = layers
        self.skip = nn.ModuleDict()
        if stride != 1 or in_channels != channels:
            self.skip["conv"] = nn.Conv2d(in_channels, channels, (1, 1), (stride, stride), bias=False)
            self.skip["bn"] = nn.BatchNorm2d(channels)

    def forward(self, x):
        out = x
        for name in ["conv1", "bn1", "relu", "conv2", "bn2"]:
            out = self.layers[name](out)
        for layer in self.skip.values():
            x = layer(x)
        return self.layers["relu"](out + x)
