# EXPECT: projection-compares-channels-inside
# MISTAKE: the projection test compares in_channels with channels instead of 4 * channels
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * channels)
        self.use_proj = in_channels != channels or stride != 1
        if self.use_proj:
            self.proj = nn.Conv2d(in_channels, 4 * channels, 1, stride, bias=False)
            self.proj_bn = nn.BatchNorm2d(4 * channels)

    def forward(self, x):
        r = self.proj_bn(self.proj(x)) if self.use_proj else x
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        return F.relu(self.bn3(self.conv3(x)) + r)
