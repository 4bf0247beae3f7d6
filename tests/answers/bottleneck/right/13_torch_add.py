import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.layer1 = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(True)
        )
        self.layer2 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(True),
        )
        self.layer3 = nn.Sequential(nn.Conv2d(channels, channels * 4, 1, bias=False), nn.BatchNorm2d(channels * 4))
        self.relu = nn.ReLU(True)
        self.match = None
        if not (stride == 1 and in_channels == channels * 4):
            self.match = nn.Sequential(
                nn.Conv2d(in_channels, channels * 4, 1, stride=stride, bias=False), nn.BatchNorm2d(channels * 4)
            )

    def forward(self, x):
        out = self.layer3(self.layer2(self.layer1(x)))
        if self.match:
            x = self.match(x)
        return self.relu(torch.add(out, x))
