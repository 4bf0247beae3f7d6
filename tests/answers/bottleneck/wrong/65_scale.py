# EXPECT: extra-mul
# MISTAKE: the branch is scaled by 0.1 before the addition
import torch
from torch import nn
import torch.nn.functional as F
class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        o = 4*channels
        self.c1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.b1 = nn.BatchNorm2d(channels)
        self.c2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.b2 = nn.BatchNorm2d(channels)
        self.c3 = nn.Conv2d(channels, o, 1, bias=False)
        self.b3 = nn.BatchNorm2d(o)
        self.down = None
        if stride != 1 or in_channels != o:
            self.down = nn.Sequential(nn.Conv2d(in_channels, o, 1, stride, bias=False), nn.BatchNorm2d(o))
    def forward(self, x):
        s = x if self.down is None else self.down(x)
        y = F.relu(self.b1(self.c1(x)))
        y = F.relu(self.b2(self.c2(y)))
        y = self.b3(self.c3(y))
        return F.relu(0.1*y + s)
