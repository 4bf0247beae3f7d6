# EXPECT: setting-stride
# MISTAKE: the stride is always 2 in the branch and in the projection
import functools

import torch
from torch import nn

conv = functools.partial(nn.Conv2d, bias=False)
bn = nn.BatchNorm2d


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()
        self.conv1, self.bn1 = conv(in_channels, channels, 3, stride=2, padding=1), bn(channels)
        self.conv2, self.bn2 = conv(channels, channels, 3, padding=1), bn(channels)
        self.down = nn.Sequential(conv(in_channels, channels, 1, stride=2), bn(channels)) if (
            in_channels != channels or True) else None
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)

    def forward(self, x):
        out = self.relu1(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.down is None:
            return self.relu2(out + x)
        return self.relu2(out + self.down(x))
