# EXPECT: depthwise
# MISTAKE: the 3x3 convolution is depthwise (groups=channels)
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = channels * 4
        self.pw1 = nn.Sequential(nn.Conv2d(in_channels, channels, 1, bias=False), nn.BatchNorm2d(channels))
        self.dw = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False), nn.BatchNorm2d(channels)
        )
        self.pw2 = nn.Sequential(nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out))
        self.skip = nn.Sequential()
        if stride != 1 or in_channels != out:
            self.skip = nn.Sequential(nn.Conv2d(in_channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        return F.relu(self.pw2(F.relu(self.dw(F.relu(self.pw1(x))))) + self.skip(x))
