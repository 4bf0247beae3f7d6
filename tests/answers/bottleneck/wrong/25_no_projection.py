# EXPECT: projection-never
# MISTAKE: x is always added as it is, there is no projection
import torch
from torch import Tensor, nn


class Bottleneck(nn.Module):
    """1x1 -> 3x3 -> 1x1 with a skip connection."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.squeeze = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()
        )
        self.conv = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()
        )
        self.expand = nn.Sequential(nn.Conv2d(channels, 4 * channels, 1, bias=False), nn.BatchNorm2d(4 * channels))

    def forward(self, x: Tensor) -> Tensor:
        fx = self.expand(self.conv(self.squeeze(x)))
        return torch.relu(fx + x)
