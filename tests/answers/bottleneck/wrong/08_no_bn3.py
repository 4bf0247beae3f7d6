# EXPECT: no-norm-3
# MISTAKE: no BatchNorm after the third convolution
from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super(Bottleneck, self).__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, channels, kernel_size=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels * 4, kernel_size=1, bias=False),
        )
        self.shortcut = (
            nn.Identity()
            if stride == 1 and in_channels == channels * 4
            else nn.Sequential(
                nn.Conv2d(in_channels, channels * 4, kernel_size=1, stride=stride, bias=False),
                nn.BatchNorm2d(channels * 4),
            )
        )
        self.relu = nn.ReLU()

    def forward(self, x):
        out = self.layers(x)
        out = out + self.shortcut(x)
        return self.relu(out)
