import math

import torch
import torch.nn.functional as F
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.stride = stride
        self.w1 = nn.Parameter(torch.randn(channels, in_channels, 3, 3) * math.sqrt(2 / (9 * in_channels)))
        self.w2 = nn.Parameter(torch.randn(channels, channels, 3, 3) * math.sqrt(2 / (9 * channels)))
        self.n1 = nn.BatchNorm2d(channels)
        self.n2 = nn.BatchNorm2d(channels)
        self.w3 = None
        if stride != 1 or in_channels != channels:
            self.w3 = nn.Parameter(torch.randn(channels, in_channels, 1, 1) / math.sqrt(in_channels))
            self.n3 = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = F.conv2d(x, self.w1, stride=self.stride, padding=1)
        y = F.relu(self.n1(y))
        y = self.n2(F.conv2d(y, self.w2, padding=1))
        if self.w3 is not None:
            x = self.n3(F.conv2d(x, self.w3, stride=self.stride))
        return F.relu(x + y)
