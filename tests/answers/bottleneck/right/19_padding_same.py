import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        # padding="same" is not allowed together with a stride
        pad = "same" if stride == 1 else 1
        self.c1 = nn.Conv2d(in_channels, channels, 1, padding="same", bias=False)
        self.b1 = nn.BatchNorm2d(channels)
        self.c2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=pad, bias=False)
        self.b2 = nn.BatchNorm2d(channels)
        self.c3 = nn.Conv2d(channels, 4 * channels, 1, padding="valid", bias=False)
        self.b3 = nn.BatchNorm2d(4 * channels)
        self.identity = stride == 1 and in_channels == 4 * channels
        if not self.identity:
            self.c4 = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride, bias=False)
            self.b4 = nn.BatchNorm2d(4 * channels)

    def forward(self, x):
        a = F.relu(self.b1(self.c1(x)))
        a = F.relu(self.b2(self.c2(a)))
        a = self.b3(self.c3(a))
        b = x if self.identity else self.b4(self.c4(x))
        return F.relu(a + b)
