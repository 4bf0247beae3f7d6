# EXPECT: stages-not-registered
# MISTAKE: the stages are kept in a plain Python list
import torch
import torch.nn as nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.stages = []
        in_channels = 64
        for channels, n, stride in zip([64, 128, 256, 512], num_blocks, [1, 2, 2, 2]):
            blocks = [Bottleneck(in_channels, channels, stride)]
            in_channels = 4 * channels
            for _ in range(n - 1):
                blocks.append(Bottleneck(in_channels, channels))
            self.stages.append(nn.Sequential(*blocks))
        self.fc = nn.Linear(in_channels, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.fc(torch.flatten(x.mean((2, 3)), 1))
