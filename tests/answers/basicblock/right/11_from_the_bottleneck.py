import torch
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


class BasicBlock(Bottleneck):
    """A Bottleneck with other layers."""

    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)  # with expansion 1, its shortcut is right
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        del self.conv3, self.bn3

    def forward(self, x):
        out = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(out)) + self.shortcut(x))
