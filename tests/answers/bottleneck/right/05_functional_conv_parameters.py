import math
import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    """All convolutions are written with F.conv2d and my own weights."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.stride = stride
        out = 4 * channels
        self.w1 = nn.Parameter(torch.empty(channels, in_channels, 1, 1))
        self.w2 = nn.Parameter(torch.empty(channels, channels, 3, 3))
        self.w3 = nn.Parameter(torch.empty(out, channels, 1, 1))
        if stride != 1 or in_channels != out:
            self.ws = nn.Parameter(torch.empty(out, in_channels, 1, 1))
            self.bns = nn.BatchNorm2d(out)
        else:
            self.ws = None
        self.bn1 = nn.BatchNorm2d(channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.bn3 = nn.BatchNorm2d(out)
        for w in (self.w1, self.w2, self.w3, self.ws):
            if w is not None:
                nn.init.kaiming_uniform_(w, a=math.sqrt(5))

    def forward(self, x):
        h = F.relu(self.bn1(F.conv2d(x, self.w1)))
        h = F.relu(self.bn2(F.conv2d(h, self.w2, stride=self.stride, padding=1)))
        h = self.bn3(F.conv2d(h, self.w3))
        if self.ws is not None:
            x = self.bns(F.conv2d(x, self.ws, stride=self.stride))
        return F.relu(h + x)
