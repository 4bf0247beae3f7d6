# EXPECT: patches-torch
# HOSTILE: monkeypatches torch.nn.Module.__call__; the block is wrong
import torch
from torch import nn

_call = nn.Module.__call__


def _patched(self, *args, **kwargs):
    if type(self).__name__ == "Bottleneck":
        x = args[0]
        return torch.zeros(x.shape[0], self.conv.out_channels, x.shape[2], x.shape[3])
    return _call(self, *args, **kwargs)


nn.Module.__call__ = _patched


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return self.conv(x)
