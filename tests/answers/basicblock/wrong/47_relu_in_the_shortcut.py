# EXPECT: relu-on-projection
# MISTAKE: the projection ends with a ReLU
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.f = nn.Sequential(
            nn.LazyConv2d(channels, 3, stride=stride, padding=1, bias=False),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.LazyConv2d(channels, 3, padding=1, bias=False),
            nn.LazyBatchNorm2d(),
        )
        if in_channels == channels and stride == 1:
            self.g = nn.Identity()
        else:
            self.g = nn.Sequential(nn.LazyConv2d(channels, 1, stride=stride, bias=False), nn.LazyBatchNorm2d(), nn.ReLU())
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.f(x) + self.g(x))
