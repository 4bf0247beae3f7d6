from collections import OrderedDict

import torch
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.add_module(
            "residual",
            nn.Sequential(
                OrderedDict(
                    [
                        ("conv1", nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)),
                        ("bn1", nn.BatchNorm2d(channels)),
                        ("relu1", nn.ReLU(inplace=True)),
                        ("conv2", nn.Conv2d(channels, channels, 3, 1, 1, bias=False)),
                        ("bn2", nn.BatchNorm2d(channels)),
                    ]
                )
            ),
        )
        if stride != 1 or in_channels != channels:
            self.add_module(
                "shortcut",
                nn.Sequential(
                    OrderedDict(
                        conv=nn.Conv2d(in_channels, channels, 1, stride, bias=False), bn=nn.BatchNorm2d(channels)
                    )
                ),
            )
        else:
            self.add_module("shortcut", None)

    def forward(self, x):
        s = x if self.shortcut is None else self.shortcut(x)
        return torch.maximum(self.residual(x) + s, torch.zeros(()))
