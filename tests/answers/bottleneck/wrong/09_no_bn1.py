# EXPECT: no-norm-1
# MISTAKE: no BatchNorm after the first convolution
import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        expanded = channels * 4
        self.convs = nn.ModuleList(
            [
                nn.Conv2d(in_channels, channels, 1, bias=False),
                nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
                nn.Conv2d(channels, expanded, 1, bias=False),
            ]
        )
        self.bns = nn.ModuleList([nn.BatchNorm2d(channels), nn.BatchNorm2d(expanded)])
        self.down = None
        if stride > 1 or in_channels != expanded:
            self.down = nn.Sequential(nn.Conv2d(in_channels, expanded, 1, stride, bias=False), nn.BatchNorm2d(expanded))

    def forward(self, x):
        h = F.relu(self.convs[0](x))
        h = F.relu(self.bns[0](self.convs[1](h)))
        h = self.bns[1](self.convs[2](h))
        h += x if self.down is None else self.down(x)
        return F.relu(h)
