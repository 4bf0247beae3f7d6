# EXPECT: no-relu-after-first-norm
# MISTAKE: the ReLU after the first BatchNorm is missing
from collections import OrderedDict

from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.f = nn.Sequential(
            OrderedDict(
                [
                    ("conv1", nn.Conv2d(in_channels, channels, 1, bias=False)),
                    ("bn1", nn.BatchNorm2d(channels)),
                    ("conv2", nn.Conv2d(channels, channels, 3, stride, 1, bias=False)),
                    ("bn2", nn.BatchNorm2d(channels)),
                    ("relu", nn.ReLU()),
                    ("conv3", nn.Conv2d(channels, channels * 4, 1, bias=False)),
                    ("bn3", nn.BatchNorm2d(channels * 4)),
                ]
            )
        )
        self.relu = nn.ReLU()
        self.proj = None
        if stride != 1 or in_channels != channels * 4:
            self.proj = nn.Sequential(
                OrderedDict(
                    [
                        ("conv", nn.Conv2d(in_channels, channels * 4, 1, stride, bias=False)),
                        ("bn", nn.BatchNorm2d(channels * 4)),
                    ]
                )
            )

    def forward(self, x):
        s = self.proj(x) if self.proj is not None else x
        return self.relu(self.f(x) + s)
