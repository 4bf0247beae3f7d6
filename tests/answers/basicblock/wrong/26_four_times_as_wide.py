# EXPECT: four-times-the-channels
# MISTAKE: expansion is 4
import torch
from torch import nn


class BasicBlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out_channels = self.expansion * channels
        main = nn.Sequential()
        main.append(nn.Conv2d(in_channels, channels, kernel_size=3, stride=stride, padding=1, bias=False))
        main.append(nn.BatchNorm2d(channels))
        main.append(nn.ReLU())
        main.append(nn.Conv2d(channels, out_channels, kernel_size=3, stride=1, padding=1, bias=False))
        main.append(nn.BatchNorm2d(out_channels))
        side = nn.Sequential()
        if stride != 1 or in_channels != out_channels:
            side.append(nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False))
            side.append(nn.BatchNorm2d(out_channels))
        self.paths = nn.ModuleList([main, side])

    def forward(self, x):
        total = torch.stack([path(x) for path in self.paths]).sum(dim=0)
        return torch.where(total > 0, total, 0.0)
