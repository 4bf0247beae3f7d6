# EXPECT: stride-on-first-conv
# MISTAKE: the stride is on the first 1x1 convolution, as in the paper, not on the 3x3
import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.branch2a = nn.Sequential(nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))
        self.branch2b = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))
        self.branch2c = nn.Sequential(nn.Conv2d(channels, 4 * channels, 1, bias=False), nn.BatchNorm2d(4 * channels))
        self.branch1 = None
        if stride != 1 or in_channels != 4 * channels:
            self.branch1 = nn.Sequential(
                nn.Conv2d(in_channels, 4 * channels, 1, stride, bias=False), nn.BatchNorm2d(4 * channels)
            )

    def forward(self, x):
        left = x if self.branch1 is None else self.branch1(x)
        right = torch.relu(self.branch2a(x))
        right = torch.relu(self.branch2b(right))
        right = self.branch2c(right)
        return torch.relu(left + right)
