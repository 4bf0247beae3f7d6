# EXPECT: setting-out-channels
# HOSTILE: closes stdout and stderr and their descriptors; the block is wrong
import torch
from torch import nn
import os
import sys

sys.stdout.close()
sys.stderr.close()
for _fd in (1, 2):
    try:
        os.close(_fd)
    except OSError:
        pass


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return self.conv(x)
