# EXPECT: learns-in-evaluation-mode
# MISTAKE: F.batch_norm always normalizes with the statistics of the batch
import math

import torch
import torch.nn.functional as F
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.stride = stride
        self.project = stride != 1 or in_channels != channels
        self._conv("1", in_channels, channels, 3)
        self._conv("2", channels, channels, 3)
        if self.project:
            self._conv("s", in_channels, channels, 1)

    def _conv(self, name, a, b, k):
        w = nn.Parameter(torch.empty(b, a, k, k))
        nn.init.kaiming_uniform_(w, a=math.sqrt(5))
        self.register_parameter("w" + name, w)
        self.register_parameter("g" + name, nn.Parameter(torch.ones(b)))
        self.register_parameter("b" + name, nn.Parameter(torch.zeros(b)))
        self.register_buffer("m" + name, torch.zeros(b))
        self.register_buffer("v" + name, torch.ones(b))

    def _apply_conv(self, name, x, stride, padding):
        x = F.conv2d(x, getattr(self, "w" + name), stride=stride, padding=padding)
        return F.batch_norm(
            x,
            getattr(self, "m" + name),
            getattr(self, "v" + name),
            getattr(self, "g" + name),
            getattr(self, "b" + name),
            training=True,
        )

    def forward(self, x):
        y = self._apply_conv("1", x, self.stride, 1).relu()
        y = self._apply_conv("2", y, 1, 1)
        if self.project:
            x = self._apply_conv("s", x, self.stride, 0)
        return (x + y).relu()
