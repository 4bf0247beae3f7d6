from collections import OrderedDict

import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.body = nn.Sequential(
            OrderedDict(
                [
                    ("conv1", nn.Conv2d(in_channels, channels, kernel_size=1, bias=False)),
                    ("norm1", nn.BatchNorm2d(channels)),
                    ("relu1", nn.ReLU(inplace=True)),
                    ("conv2", nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False)),
                    ("norm2", nn.BatchNorm2d(channels)),
                    ("relu2", nn.ReLU(inplace=True)),
                    ("conv3", nn.Conv2d(channels, 4 * channels, kernel_size=1, bias=False)),
                    ("norm3", nn.BatchNorm2d(4 * channels)),
                ]
            )
        )
        if stride == 1 and in_channels == 4 * channels:
            self.proj = nn.Identity()
        else:
            self.proj = nn.Sequential(
                OrderedDict(
                    conv=nn.Conv2d(in_channels, 4 * channels, kernel_size=1, stride=stride, bias=False),
                    norm=nn.BatchNorm2d(4 * channels),
                )
            )
        self.final_relu = nn.ReLU()

    def forward(self, x):
        y = self.body(x)
        y = y + self.proj(x)
        return self.final_relu(y)
