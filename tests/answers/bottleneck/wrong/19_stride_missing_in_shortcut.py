# EXPECT: no-stride-on-shortcut
# MISTAKE: the projection does not get the stride
from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(True),
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(True),
            nn.Conv2d(channels, channels * 4, 1, bias=False),
            nn.BatchNorm2d(channels * 4),
        )
        self.res = nn.Identity()
        if stride != 1 or in_channels != channels * 4:
            self.res = nn.Sequential(nn.Conv2d(in_channels, channels * 4, 1, bias=False), nn.BatchNorm2d(channels * 4))
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.net(x) + self.res(x))
