# EXPECT: setting-out-channels
# HOSTILE: forward returns a Tensor subclass that claims to equal everything
import torch
from torch import nn


class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if name in ("equal", "allclose", "is_same_size"):
            return True
        if name in ("eq", "__eq__", "isclose", "ge", "le"):
            return torch.ones(1, dtype=torch.bool)
        if name in ("sub", "__sub__", "rsub", "__rsub__", "abs", "max", "norm", "item"):
            return torch.zeros(()) if name != "item" else 0.0
        return super().__torch_function__(func, types, args, kwargs or {})


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return self.conv(x).as_subclass(Liar)
