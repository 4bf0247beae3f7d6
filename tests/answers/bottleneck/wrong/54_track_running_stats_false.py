# EXPECT: setting-tracked
# MISTAKE: track_running_stats=False, so BatchNorm uses the statistics of the batch in eval mode too
import torch
from torch import Tensor, nn


def conv_bn(i: int, o: int, k: int = 1, s: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(i, o, k, stride=s, padding=k // 2, bias=False), nn.BatchNorm2d(o, track_running_stats=False)
    )


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.one = conv_bn(in_channels, channels)
        self.two = conv_bn(channels, channels, 3, stride)
        self.three = conv_bn(channels, 4 * channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != 4 * channels:
            self.shortcut = conv_bn(in_channels, 4 * channels, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.three(self.two(self.one(x).relu()).relu())
        return torch.relu(y + self.shortcut(x))
