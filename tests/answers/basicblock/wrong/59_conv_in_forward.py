# EXPECT: layers-made-in-forward
# MISTAKE: the second convolution is made in forward
import torch
import torch.nn as nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.c1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.b1 = nn.BatchNorm2d(channels)
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
        x = nn.Conv2d(x.shape[1], x.shape[1], 3, padding=1, bias=False)(x)
        x = self.b2(x)
        x = x + residual
        return torch.relu(x)
