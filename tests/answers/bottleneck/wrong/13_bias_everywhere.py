# EXPECT: bias-in-convolutions
# MISTAKE: bias=False is missing in all convolutions
import torch
from torch import Tensor, nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1):
        super().__init__()
        self.seq = nn.Sequential(
            nn.Conv2d(in_channels, channels, kernel_size=1),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels * 4, kernel_size=1),
            nn.BatchNorm2d(channels * 4),
        )
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != channels * 4:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, channels * 4, kernel_size=1, stride=stride), nn.BatchNorm2d(channels * 4)
            )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.seq(x) + self.shortcut(x))
