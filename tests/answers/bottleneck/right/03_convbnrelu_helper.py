import torch
from torch import Tensor, nn


class ConvBNReLU(nn.Module):
    def __init__(self, cin, cout, k, s=1, act=True):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, k, stride=s, padding=k // 2, bias=False)
        self.bn = nn.BatchNorm2d(cout)
        self.act = nn.ReLU(inplace=True) if act else nn.Identity()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1):
        super().__init__()
        out = channels * 4
        self.reduce = ConvBNReLU(in_channels, channels, 1)
        self.conv = ConvBNReLU(channels, channels, 3, stride)
        self.expand = ConvBNReLU(channels, out, 1, act=False)
        same = in_channels == out and stride == 1
        self.shortcut = nn.Identity() if same else ConvBNReLU(in_channels, out, 1, stride, act=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.shortcut(x) + self.expand(self.conv(self.reduce(x))))
