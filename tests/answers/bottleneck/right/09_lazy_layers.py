from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.f = nn.Sequential(
            nn.LazyConv2d(channels, 1, bias=False),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.LazyConv2d(channels, 3, stride=stride, padding=1, bias=False),
            nn.LazyBatchNorm2d(),
            nn.ReLU(),
            nn.LazyConv2d(4 * channels, 1, bias=False),
            nn.LazyBatchNorm2d(),
        )
        if stride == 1 and in_channels == 4 * channels:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Sequential(
                nn.LazyConv2d(4 * channels, 1, stride=stride, bias=False), nn.LazyBatchNorm2d()
            )
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.f(x) + self.shortcut(x))
