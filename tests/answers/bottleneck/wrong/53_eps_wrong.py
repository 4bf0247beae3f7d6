# EXPECT: setting-eps
# MISTAKE: BatchNorm eps is 1e-3 instead of the default 1e-5
from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1, eps=1e-3):
        super().__init__()
        out = channels * 4
        self.f = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels, eps=eps),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels, eps=eps),
            nn.ReLU(),
            nn.Conv2d(channels, out, 1, bias=False),
            nn.BatchNorm2d(out, eps=eps),
        )
        self.g = (
            nn.Identity()
            if stride == 1 and in_channels == out
            else nn.Sequential(nn.Conv2d(in_channels, out, 1, stride, bias=False), nn.BatchNorm2d(out, eps=eps))
        )

    def forward(self, x):
        return nn.functional.relu(self.f(x) + self.g(x))
