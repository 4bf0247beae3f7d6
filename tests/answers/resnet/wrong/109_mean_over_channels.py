# EXPECT: linear-inputs-do-not-fit
# MISTAKE: the mean is taken over the wrong axes
import torch
from torch import nn


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.in_channels = 64
        self.stages = nn.ModuleList(
            self._stage(block, c, n, s) for c, n, s in zip([64, 128, 256, 512], num_blocks, [1, 2, 2, 2])
        )
        self.fc = nn.Linear(self.in_channels, num_classes)

    def _stage(self, block, channels, n, stride):
        made = []
        for s in [stride, *[1] * (n - 1)]:
            made.append(block(self.in_channels, channels, s))
            self.in_channels = block.expansion * channels
        return nn.Sequential(*made)

    def forward(self, x):
        x = self.bn1(self.conv1(x))
        x = nn.functional.max_pool2d(x, 3, 2, 1)  # ReLU and max commute
        x = x.relu()
        for stage in self.stages:
            x = stage(x)
        return self.fc(x.mean(3).mean(1))
