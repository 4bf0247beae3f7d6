import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        spec = [(in_channels, channels, 1, 1), (channels, channels, 3, stride), (channels, channels * 4, 1, 1)]
        for n, (cin, cout, k, s) in enumerate(spec, start=1):
            setattr(self, f"conv{n}", nn.Conv2d(cin, cout, k, s, padding=k // 2, bias=False))
            setattr(self, f"bn{n}", nn.BatchNorm2d(cout))
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != channels * 4:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, channels * 4, 1, stride, bias=False), nn.BatchNorm2d(channels * 4)
            )

    def forward(self, x):
        out = x
        for n in (1, 2, 3):
            out = getattr(self, f"bn{n}")(getattr(self, f"conv{n}")(out))
            if n != 3:
                out = torch.relu(out)
        return torch.relu(out + self.shortcut(x))
