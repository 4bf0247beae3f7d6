# EXPECT: input-changed
# MISTAKE: x += F(x) changes the caller's tensor in place where the shortcut is the identity
import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = channels * 4
        self.branch = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )
        self.fit = None
        if stride != 1 or in_channels != out:
            self.fit = nn.Sequential(nn.Conv2d(in_channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        fx = self.branch(x)
        if self.fit is not None:
            x = self.fit(x)
        x += fx
        return torch.relu(x)
