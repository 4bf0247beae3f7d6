# EXPECT: extra-relu
# MISTAKE: the last ReLU comes before the addition; and the shortcut is always a projection
from torch import nn


class ConvBlock(nn.Module):
    def __init__(self, i, o, k, s=1, relu=True):
        super().__init__()
        layers = [nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o)]
        if relu:
            layers.append(nn.ReLU())
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.path = nn.Sequential(
            ConvBlock(in_channels, channels, 1),
            ConvBlock(channels, channels, 3, stride),
            ConvBlock(channels, channels * 4, 1),
        )
        self.shortcut = ConvBlock(in_channels, channels * 4, 1, stride, relu=False)

    def forward(self, x):
        return self.path(x) + self.shortcut(x)
