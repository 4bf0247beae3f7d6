# EXPECT: layer-used-twice
# MISTAKE: the first two convolutions share one BatchNorm; and there is no ReLU after the second
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.reduce = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.conv = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.increase = nn.Conv2d(channels, channels * 4, 1, bias=False)
        self.bn_small = nn.BatchNorm2d(channels)
        self.bn_large = nn.BatchNorm2d(channels * 4)
        self.downsample = None
        if stride != 1 or in_channels != channels * 4:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, channels * 4, 1, stride, bias=False), nn.BatchNorm2d(channels * 4)
            )

    def forward(self, x):
        identity = self.downsample(x) if self.downsample is not None else x
        x = F.relu(self.bn_small(self.reduce(x)))
        x = self.bn_small(self.conv(x))
        x = self.bn_large(self.increase(x))
        return F.relu(x + identity)
