# EXPECT: average-pool-shortcut
# MISTAKE: the shortcut is halved by an average pool before the projection (as in ResNet-D)
import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = channels * 4
        self.conv1 = nn.Sequential(nn.Conv2d(in_channels, channels, 1, bias=False), nn.BatchNorm2d(channels))
        self.conv2 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels))
        self.conv3 = nn.Sequential(nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out))
        layers = []
        if stride != 1:
            layers.append(nn.AvgPool2d(stride, ceil_mode=True, count_include_pad=False))
        if stride != 1 or in_channels != out:
            layers += [nn.Conv2d(in_channels, out, 1, bias=False), nn.BatchNorm2d(out)]
        self.shortcut = nn.Sequential(*layers)

    def forward(self, x):
        y = self.conv1(x).relu()
        y = self.conv2(y).relu()
        return torch.relu(self.conv3(y) + self.shortcut(x))
