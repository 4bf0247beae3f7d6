# EXPECT: weights-shared
# MISTAKE: layers are kept in a dictionary on the class, so all blocks with the same sizes share their weights
import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    cache = {}

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = channels * 4
        self.conv1 = self.conv_bn(in_channels, channels, 1, 1)
        self.conv2 = self.conv_bn(channels, channels, 3, stride)
        self.conv3 = self.conv_bn(channels, out, 1, 1)
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != out:
            self.shortcut = self.conv_bn(in_channels, out, 1, stride)

    def conv_bn(self, i, o, k, s):
        key = (i, o, k, s)
        if key not in self.cache:
            self.cache[key] = nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o))
        return self.cache[key]

    def forward(self, x):
        y = torch.relu(self.conv1(x))
        y = torch.relu(self.conv2(y))
        return torch.relu(self.conv3(y) + self.shortcut(x))
