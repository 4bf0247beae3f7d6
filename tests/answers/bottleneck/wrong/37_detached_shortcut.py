# EXPECT: gradients-cut-off
# MISTAKE: the input is detached for the shortcut, so no gradient flows back along it
import torch
import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = 4 * channels
        self.a = nn.Sequential(nn.Conv2d(in_channels, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(True))
        self.b = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(True)
        )
        self.c = nn.Sequential(nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out))
        self.down = nn.Identity()
        if stride != 1 or in_channels != out:
            self.down = nn.Sequential(nn.Conv2d(in_channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        identity = x.clone().detach()
        x = self.c(self.b(self.a(x)))
        x = x + self.down(identity)
        return torch.relu(x)
