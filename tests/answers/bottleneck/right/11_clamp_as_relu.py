import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv_in = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn_in = nn.BatchNorm2d(channels)
        self.conv_mid = nn.Conv2d(channels, channels, 3, padding=1, stride=stride, bias=False)
        self.bn_mid = nn.BatchNorm2d(channels)
        self.conv_out = nn.Conv2d(channels, channels * 4, 1, bias=False)
        self.bn_out = nn.BatchNorm2d(channels * 4)
        if in_channels != channels * 4 or stride != 1:
            self.conv_skip = nn.Conv2d(in_channels, channels * 4, 1, stride=stride, bias=False)
            self.bn_skip = nn.BatchNorm2d(channels * 4)

    def forward(self, x):
        skip = x
        if hasattr(self, "conv_skip"):
            skip = self.bn_skip(self.conv_skip(x))
        z = self.bn_in(self.conv_in(x)).clamp(min=0)
        z = self.bn_mid(self.conv_mid(z)).clamp(min=0)
        z = self.bn_out(self.conv_out(z))
        return torch.clamp(z + skip, min=0)
