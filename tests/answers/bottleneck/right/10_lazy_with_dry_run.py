import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.c1 = nn.LazyConv2d(channels, kernel_size=1, bias=False)
        self.n1 = nn.LazyBatchNorm2d()
        self.c2 = nn.LazyConv2d(channels, kernel_size=3, stride=stride, padding=1, bias=False)
        self.n2 = nn.LazyBatchNorm2d()
        self.c3 = nn.LazyConv2d(channels * 4, kernel_size=1, bias=False)
        self.n3 = nn.LazyBatchNorm2d()
        self.cs = self.ns = None
        if stride != 1 or in_channels != channels * 4:
            self.cs = nn.LazyConv2d(channels * 4, kernel_size=1, stride=stride, bias=False)
            self.ns = nn.LazyBatchNorm2d()
        # one pass so that the lazy layers get their weights
        self.eval()
        with torch.no_grad():
            self(torch.zeros(1, in_channels, 4, 4))
        self.train()

    def forward(self, x):
        y = F.relu(self.n1(self.c1(x)))
        y = F.relu(self.n2(self.c2(y)))
        y = self.n3(self.c3(y))
        if self.cs is not None:
            x = self.ns(self.cs(x))
        return F.relu(y + x)
