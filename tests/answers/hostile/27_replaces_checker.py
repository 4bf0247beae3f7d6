# EXPECT: setting-out-channels
# HOSTILE: replaces all functions of the checker's modules; the block is wrong
import torch
from torch import nn
import importlib
import pkgutil
import sys
import types


def _yes(*args, **kwargs):
    return None


try:
    import tutorial_code.checks as _checks

    for _m in pkgutil.walk_packages(getattr(_checks, "__path__", []), _checks.__name__ + "."):
        try:
            importlib.import_module(_m.name)
        except BaseException:
            pass
except BaseException:
    pass

for _name, _module in list(sys.modules.items()):
    if _name.startswith("tutorial_code.checks"):
        for _key, _value in list(vars(_module).items()):
            if isinstance(_value, types.FunctionType):
                _value.__code__ = _yes.__code__  # also where it is already imported under another name
                _value.__defaults__ = None
                _value.__kwdefaults__ = None


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride)

    def forward(self, x):
        return self.conv(x)
