import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super(Bottleneck, self).__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels * 4, 1, bias=False),
            nn.BatchNorm2d(channels * 4),
        )
        self.skip = nn.Sequential()
        if in_channels != channels * 4 or stride > 1:
            self.skip.append(nn.Conv2d(in_channels, channels * 4, 1, stride, bias=False))
            self.skip.append(nn.BatchNorm2d(channels * 4))

    def forward(self, x):
        return F.relu(self.branch(x) + self.skip(x))
