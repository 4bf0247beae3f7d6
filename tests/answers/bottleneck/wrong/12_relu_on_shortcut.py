# EXPECT: relu-on-projection
# MISTAKE: the projection on the shortcut ends with a ReLU, because the same helper is used for it
from torch import nn


class ConvBNReLU(nn.Module):
    def __init__(self, cin, cout, kernel_size, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel_size, stride, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(cout)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.cbr1 = ConvBNReLU(in_channels, channels, 1)
        self.cbr2 = ConvBNReLU(channels, channels, 3, stride)
        self.conv3 = nn.Conv2d(channels, channels * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels * 4)
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != channels * 4:
            self.shortcut = ConvBNReLU(in_channels, channels * 4, 1, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.bn3(self.conv3(self.cbr2(self.cbr1(x)))) + self.shortcut(x))
