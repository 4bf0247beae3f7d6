# EXPECT: stride-on-last-conv
# MISTAKE: the stride is on the last 1x1 convolution
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        widths = [(in_channels, channels, 1), (channels, channels, 3), (channels, channels * 4, 1)]
        layers = []
        for i, (a, b, k) in enumerate(widths):
            s = stride if i == len(widths) - 1 else 1
            layers.append(nn.Conv2d(a, b, k, stride=s, padding=k // 2, bias=False))
            layers.append(nn.BatchNorm2d(b))
            if i < 2:
                layers.append(nn.ReLU(inplace=True))
        self.layers = nn.Sequential(*layers)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != channels * 4:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, channels * 4, 1, stride=stride, bias=False), nn.BatchNorm2d(channels * 4)
            )

    def forward(self, x):
        return F.relu(self.layers(x) + self.shortcut(x))
