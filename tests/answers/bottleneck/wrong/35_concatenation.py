# EXPECT: concatenated
# MISTAKE: branch and shortcut are concatenated along the channels instead of added
import torch
from torch import Tensor, nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, 4 * channels, 1, bias=False),
            nn.BatchNorm2d(4 * channels),
        )
        self.skip = (
            nn.Identity()
            if (stride == 1 and in_channels == 4 * channels)
            else nn.Sequential(
                nn.Conv2d(in_channels, 4 * channels, 1, stride, bias=False), nn.BatchNorm2d(4 * channels)
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(torch.cat([self.body(x), self.skip(x)], dim=1))
