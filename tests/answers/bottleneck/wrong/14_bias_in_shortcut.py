# EXPECT: bias-on-shortcut
# MISTAKE: the convolution of the projection has a bias
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        kw = dict(bias=False)
        self.c1, self.n1 = nn.Conv2d(in_channels, channels, 1, **kw), nn.BatchNorm2d(channels)
        self.c2, self.n2 = nn.Conv2d(channels, channels, 3, stride, 1, **kw), nn.BatchNorm2d(channels)
        self.c3, self.n3 = nn.Conv2d(channels, channels * 4, 1, **kw), nn.BatchNorm2d(channels * 4)
        self.fits = stride == 1 and in_channels == channels * 4
        if not self.fits:
            self.cs, self.ns = nn.Conv2d(in_channels, channels * 4, 1, stride), nn.BatchNorm2d(channels * 4)

    def forward(self, x):
        y = F.relu(self.n1(self.c1(x)))
        y = F.relu(self.n2(self.c2(y)))
        y = self.n3(self.c3(y))
        s = x if self.fits else self.ns(self.cs(x))
        return F.relu(y + s)
