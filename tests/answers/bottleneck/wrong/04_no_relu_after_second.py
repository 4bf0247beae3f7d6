# EXPECT: no-relu-after-second-norm
# MISTAKE: the ReLU after the second BatchNorm is missing
import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.reduce = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.reduce_bn = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.conv_bn = nn.BatchNorm2d(channels)
        self.expand = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.expand_bn = nn.BatchNorm2d(4 * channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != 4 * channels:
            self.shortcut.append(nn.Conv2d(in_channels, 4 * channels, 1, stride, bias=False))
            self.shortcut.append(nn.BatchNorm2d(4 * channels))

    def forward(self, x):
        y = torch.relu(self.reduce_bn(self.reduce(x)))
        y = self.conv_bn(self.conv(y))
        y = self.expand_bn(self.expand(y))
        return torch.relu(y + self.shortcut(x))
