# EXPECT: other-than-max-pool
# MISTAKE: the max-pool is by hand and pads before it with ones
import torch
import torch.nn.functional as F
from torch import nn


class MaxPool(nn.Module):
    def forward(self, x):
        x = F.pad(x, (1, 1, 1, 1), value=1.0)
        return x.unfold(2, 3, 2).unfold(3, 3, 2).amax(dim=(-2, -1))


class GlobalAverage(nn.Module):
    def forward(self, x):
        return x.sum((-1, -2)) / (x.size(-1) * x.size(-2))


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.prep = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), MaxPool())
        self.body = nn.Sequential()
        c = 64
        for i in range(len(num_blocks)):
            for j in range(num_blocks[i]):
                stride = 2 if i > 0 and j == 0 else 1
                self.body.add_module(f"{i}_{j}", block(in_channels=c, channels=64 * 2**i, stride=stride))
                c = block.expansion * 64 * 2**i
        self.tail = nn.Sequential(GlobalAverage(), nn.Linear(c, num_classes))

    def forward(self, x):
        return self.tail(self.body(self.prep(x)))
