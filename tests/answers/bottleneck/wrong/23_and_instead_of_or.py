# EXPECT: projection-only-with-both
# MISTAKE: the projection is made only if the stride is not 1 AND the channels differ
import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = channels * Bottleneck.expansion
        self.block = nn.ModuleDict(
            dict(
                conv1=nn.Conv2d(in_channels, channels, 1, bias=False),
                bn1=nn.BatchNorm2d(channels),
                conv2=nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
                bn2=nn.BatchNorm2d(channels),
                conv3=nn.Conv2d(channels, out, 1, bias=False),
                bn3=nn.BatchNorm2d(out),
            )
        )
        if stride != 1 and in_channels != out:
            self.shortcut = nn.Sequential(nn.Conv2d(in_channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))
        else:
            self.shortcut = nn.Identity()

    def forward(self, x):
        b = self.block
        y = torch.relu(b["bn1"](b["conv1"](x)))
        y = torch.relu(b["bn2"](b["conv2"](y)))
        y = b["bn3"](b["conv3"](y))
        return torch.relu(y + self.shortcut(x))
