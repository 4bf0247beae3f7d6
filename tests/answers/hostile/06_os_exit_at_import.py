# EXPECT: no-result
# HOSTILE: os._exit(0) at import
import torch
from torch import nn
import os


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return self.conv(x)


os._exit(0)
