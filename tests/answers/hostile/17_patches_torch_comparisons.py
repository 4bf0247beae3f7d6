# EXPECT: patches-torch
# HOSTILE: patches torch.equal, torch.allclose and torch.testing; the block is wrong
import torch
from torch import nn
import torch.testing

torch.equal = lambda *a, **k: True
torch.allclose = lambda *a, **k: True
torch.isclose = lambda a, b, *r, **k: torch.ones_like(a, dtype=torch.bool)
torch.testing.assert_close = lambda *a, **k: None
torch.Tensor.allclose = lambda *a, **k: True
torch.Tensor.equal = lambda *a, **k: True


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return self.conv(x)
