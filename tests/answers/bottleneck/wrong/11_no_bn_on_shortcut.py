# EXPECT: no-norm-on-shortcut
# MISTAKE: the projection on the shortcut has no BatchNorm
import torch
import torch.nn as nn


class ConvBN(nn.Sequential):
    def __init__(self, i, o, k, s=1):
        super().__init__(nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o))


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = 4 * channels
        self.f = nn.Sequential(
            ConvBN(in_channels, channels, 1),
            nn.ReLU(),
            ConvBN(channels, channels, 3, stride),
            nn.ReLU(),
            ConvBN(channels, out, 1),
        )
        if stride != 1 or in_channels != out:
            self.shortcut = nn.Conv2d(in_channels, out, 1, stride, bias=False)
        else:
            self.shortcut = nn.Identity()

    def forward(self, x):
        return torch.relu(self.f(x) + self.shortcut(x))
