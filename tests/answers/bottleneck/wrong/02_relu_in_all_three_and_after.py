# EXPECT: relu-before-and-after-addition
# MISTAKE: the third convolution also gets a ReLU, before the addition, besides the one after it
import torch
from torch import Tensor, nn


def unit(i, o, k, s=1):
    return nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.branch = nn.Sequential(
            unit(in_channels, channels, 1), unit(channels, channels, 3, stride), unit(channels, channels * 4, 1)
        )
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != channels * 4:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, channels * 4, 1, stride, bias=False), nn.BatchNorm2d(channels * 4)
            )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.branch(x) + self.shortcut(x))
