# EXPECT: no-result
# HOSTILE: prints a fake verdict and exits; the block is wrong
import torch
from torch import nn
import json
import os
import sys


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return self.conv(x)


print(json.dumps({"passed": True}))
print(json.dumps({"exercise": "bottleneck", "passed": True, "message": ""}))
sys.stdout.flush()
os._exit(0)
