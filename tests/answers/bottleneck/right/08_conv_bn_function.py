from torch import nn


def conv_bn(i, o, k=1, s=1):
    p = (k - 1) // 2
    return nn.Sequential(nn.Conv2d(i, o, k, s, p, bias=False), nn.BatchNorm2d(o))


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.a = conv_bn(in_channels, channels)
        self.b = conv_bn(channels, channels, 3, stride)
        self.c = conv_bn(channels, channels * 4)
        self.s = (
            nn.Identity()
            if (in_channels, stride) == (channels * 4, 1)
            else conv_bn(in_channels, channels * 4, 1, stride)
        )
        self.act = nn.ReLU()

    def forward(self, x):
        y = self.act(self.a(x))
        y = self.act(self.b(y))
        y = self.c(y)
        return self.act(y + self.s(x))
