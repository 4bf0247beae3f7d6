# EXPECT: norm-momentum-turned-round
# MISTAKE: BatchNorm momentum 0.9 (the other convention) instead of 0.1
from functools import partial

import torch.nn as nn
import torch.nn.functional as F

BN = partial(nn.BatchNorm2d, momentum=0.9)


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(in_channels, channels, 1, bias=False), BN(channels)
        self.conv2, self.bn2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False), BN(channels)
        self.conv3, self.bn3 = nn.Conv2d(channels, channels * 4, 1, bias=False), BN(channels * 4)
        self.down = None
        if stride != 1 or in_channels != channels * 4:
            self.down = nn.Sequential(nn.Conv2d(in_channels, channels * 4, 1, stride, bias=False), BN(channels * 4))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return F.relu(y + (x if self.down is None else self.down(x)))
