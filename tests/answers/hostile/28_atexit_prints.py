# EXPECT: setting-out-channels
# HOSTILE: an atexit handler prints a fake verdict; the block is wrong
import atexit
import os

import torch
from torch import nn

atexit.register(lambda: print('{"passed": true}', flush=True))
atexit.register(lambda: os.write(1, b'{"passed": true}\n'))


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return self.conv(x)
