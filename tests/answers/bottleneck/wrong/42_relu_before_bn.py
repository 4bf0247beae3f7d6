# EXPECT: norm-after-relu
# MISTAKE: the order is convolution, ReLU, BatchNorm instead of convolution, BatchNorm, ReLU
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, channels * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels * 4)
        self.project = None
        if stride != 1 or in_channels != channels * 4:
            self.project = nn.Sequential(
                nn.Conv2d(in_channels, channels * 4, 1, stride, bias=False), nn.BatchNorm2d(channels * 4)
            )

    def forward(self, x):
        y = self.bn1(F.relu(self.conv1(x)))
        y = self.bn2(F.relu(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        if self.project is not None:
            x = self.project(x)
        return F.relu(x + y)
