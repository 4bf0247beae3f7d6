from dataclasses import dataclass

import torch
import torch.nn as nn


@dataclass(frozen=True)
class ConvSpec:
    cin: int
    cout: int
    kernel: int = 1
    stride: int = 1

    def build(self):
        return [
            nn.Conv2d(self.cin, self.cout, self.kernel, self.stride, self.kernel // 2, bias=False),
            nn.BatchNorm2d(self.cout),
        ]


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = 4 * channels
        specs = [ConvSpec(in_channels, channels), ConvSpec(channels, channels, 3, stride), ConvSpec(channels, out)]
        layers = []
        for spec in specs:
            layers += spec.build() + [nn.ReLU()]
        layers.pop()  # the last ReLU comes after the addition
        self.residual_function = nn.Sequential(*layers)
        fits = in_channels == out and stride == 1
        self.shortcut = nn.Sequential(*([] if fits else ConvSpec(in_channels, out, 1, stride).build()))

    def forward(self, x):
        total = torch.stack([self.residual_function(x), self.shortcut(x)]).sum(dim=0)
        return torch.relu(total)
