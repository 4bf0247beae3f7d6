# EXPECT: concatenated
# MISTAKE: the paths are concatenated
import torch
from torch import nn


class Conv(nn.Module):
    def __init__(self, n_in, n_out, kernel, stride=1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_out, n_in, kernel, kernel))
        nn.init.kaiming_normal_(self.weight)
        self.stride, self.padding = stride, kernel // 2

    def forward(self, x):
        return torch.conv2d(x, self.weight, None, self.stride, self.padding)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1, self.norm1 = Conv(in_channels, channels, 3, stride), nn.BatchNorm2d(channels)
        self.conv2, self.norm2 = Conv(channels, channels, 3), nn.BatchNorm2d(channels)
        self.conv3 = self.norm3 = nn.Identity()
        if stride != 1 or in_channels != channels:
            self.conv3, self.norm3 = Conv(in_channels, channels, 1, stride), nn.BatchNorm2d(channels)

    def forward(self, x):
        out = self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x)))))
        return torch.relu(torch.cat((out, self.norm3(self.conv3(x))), 1))
