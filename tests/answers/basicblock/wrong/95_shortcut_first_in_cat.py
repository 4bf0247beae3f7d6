# EXPECT: concatenated-shortcut-first
# MISTAKE: the residual and the branch are concatenated
import torch
import torch.nn as nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.c1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.b1 = nn.BatchNorm2d(channels)
        self.c2 = nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False)
        self.b2 = nn.BatchNorm2d(channels)
        if stride == 1 and in_channels == channels:
            self.shortcut = lambda x: x
        else:
            self.c3 = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.b3 = nn.BatchNorm2d(channels)
            self.shortcut = lambda x: self.b3(self.c3(x))

    def forward(self, x):
        residual = self.shortcut(x)
        x = self.c1(x)
        x = self.b1(x)
        x = torch.relu(x)
        x = self.c2(x)
        x = self.b2(x)
        x = torch.cat([residual, x], 1)
        return torch.relu(x)
