# EXPECT: norm-shared
# MISTAKE: the first two convolutions share one BatchNorm
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, stride=stride, bias=False)
        self.conv3 = nn.Conv2d(channels, channels * 4, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        self.bn_out = nn.BatchNorm2d(channels * 4)
        self.project = stride != 1 or in_channels != channels * 4
        if self.project:
            self.conv4 = nn.Conv2d(in_channels, channels * 4, 1, stride=stride, bias=False)
            self.bn_project = nn.BatchNorm2d(channels * 4)

    def forward(self, x):
        out = F.relu(self.bn(self.conv1(x)))
        out = F.relu(self.bn(self.conv2(out)))
        out = self.bn_out(self.conv3(out))
        if self.project:
            x = self.bn_project(self.conv4(x))
        return F.relu(out + x)
