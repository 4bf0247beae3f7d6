from torch import nn


class Residual(nn.Module):
    def __init__(self, fn, shortcut):
        super().__init__()
        self.fn, self.shortcut = fn, shortcut

    def forward(self, x):
        return self.fn(x) + self.shortcut(x)


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = 4 * channels
        f = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )
        s = nn.Identity()
        if in_channels != out or stride != 1:
            s = nn.Sequential(nn.Conv2d(in_channels, out, 1, stride=stride, bias=False), nn.BatchNorm2d(out))
        self.net = nn.Sequential(Residual(f, s), nn.ReLU(inplace=True))

    def forward(self, x):
        return self.net(x)
