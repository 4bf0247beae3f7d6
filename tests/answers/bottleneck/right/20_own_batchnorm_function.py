import torch
import torch.nn as nn
import torch.nn.functional as F


class Norm(nn.Module):
    def __init__(self, c, eps=1e-5, momentum=0.1):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(c))
        self.beta = nn.Parameter(torch.zeros(c))
        self.register_buffer("mean", torch.zeros(c))
        self.register_buffer("var", torch.ones(c))
        self.eps, self.momentum = eps, momentum

    def forward(self, x):
        return F.batch_norm(x, self.mean, self.var, self.gamma, self.beta, self.training, self.momentum, self.eps)


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        o = channels * 4
        self.conv1, self.norm1 = nn.Conv2d(in_channels, channels, 1, bias=False), Norm(channels)
        self.conv2, self.norm2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False), Norm(channels)
        self.conv3, self.norm3 = nn.Conv2d(channels, o, 1, bias=False), Norm(o)
        self.shortcut = (
            nn.Sequential(nn.Conv2d(in_channels, o, 1, stride, bias=False), Norm(o))
            if stride != 1 or in_channels != o
            else nn.Identity()
        )

    def forward(self, x):
        y = self.norm1(self.conv1(x)).relu()
        y = self.norm2(self.conv2(y)).relu()
        y = self.norm3(self.conv3(y))
        return (y + self.shortcut(x)).relu()
