# EXPECT: other-relu
# MISTAKE: Softplus in place of the last ReLU
import torch
from torch import nn


class Subsample(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        return x[:, :, :: self.stride, :: self.stride]


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        conv2 = nn.Conv2d(channels, channels, 3, padding="same", bias=False)
        self.main = nn.Sequential(conv1, nn.BatchNorm2d(channels), nn.ReLU(), conv2, nn.BatchNorm2d(channels))
        skip = []
        if stride > 1 or in_channels != channels:
            skip = [Subsample(stride), nn.Conv2d(in_channels, channels, 1, bias=False), nn.BatchNorm2d(channels)]
        self.skip = nn.Sequential(*skip)
        self.last = nn.Softplus(beta=5)

    def forward(self, x):
        return self.last(self.main(x) + self.skip(x))
