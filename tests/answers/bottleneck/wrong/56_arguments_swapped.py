# EXPECT: arguments-in-another-order
# MISTAKE: the constructor takes (channels, in_channels, stride), the first two arguments are in the wrong order
import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, channels, in_channels, stride=1):
        super().__init__()
        out = channels * 4
        self.f = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )
        self.g = (
            nn.Identity()
            if stride == 1 and in_channels == out
            else nn.Sequential(nn.Conv2d(in_channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))
        )

    def forward(self, x):
        return torch.relu(self.f(x) + self.g(x))
