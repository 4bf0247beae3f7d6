# EXPECT: layer-used-twice
# MISTAKE: the BatchNorm of the third convolution is used again for the projection of the shortcut
import torch
from torch import Tensor, nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, channels * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels * 4)
        self.conv_shortcut = None
        if stride != 1 or in_channels != channels * 4:
            self.conv_shortcut = nn.Conv2d(in_channels, channels * 4, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x
        if self.conv_shortcut is not None:
            shortcut = self.bn3(self.conv_shortcut(x))
        x = self.bn1(self.conv1(x)).relu()
        x = self.bn2(self.conv2(x)).relu()
        x = self.bn3(self.conv3(x))
        return (x + shortcut).relu()
