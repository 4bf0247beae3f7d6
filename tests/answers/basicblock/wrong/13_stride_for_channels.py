# EXPECT: stride-from-channels
# MISTAKE: halves height and width wherever the channels change, whatever the stride
import torch
from torch import Tensor, nn


class ConvNorm(nn.Sequential):
    """A convolution and its BatchNorm."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(n_in, n_out, kernel, stride=stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(n_out),
        )


class BasicBlock(nn.Module):
    expansion: int = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        stride = 1 if in_channels == channels else 2
        self.first = ConvNorm(in_channels, channels, 3, stride)
        self.second = ConvNorm(channels, channels, 3)
        same = stride == 1 and in_channels == channels
        self.shortcut = nn.Identity() if same else ConvNorm(in_channels, channels, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        out = torch.relu(self.first(x))
        out = self.second(out)
        return torch.relu(out + self.shortcut(x))
