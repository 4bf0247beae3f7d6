# EXPECT: setting-out-channels
# HOSTILE: replaces builtins.print; the block is wrong
import builtins

import torch
from torch import nn

_print = builtins.print


def _passed(*args, **kwargs):
    _print("passed")


builtins.print = _passed


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return self.conv(x)
