# EXPECT: forward-returns-no-tensor
# HOSTILE: forward returns an object that equals everything
import torch
from torch import nn


class Equal:
    """Whatever you ask, the answer is yes."""

    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0

    def __bool__(self):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __getitem__(self, key):
        return self

    def __sub__(self, other):
        return 0.0

    def __rsub__(self, other):
        return 0.0

    def __lt__(self, other):
        return True

    def __le__(self, other):
        return True

    def __float__(self):
        return 0.0


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return Equal(x)
