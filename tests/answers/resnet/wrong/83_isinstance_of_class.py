# EXPECT: expansion-forgotten
# MISTAKE: a class is no instance of itself
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.blocks = nn.Sequential()
        width = 64
        for channels, number, stride in zip((64, 128, 256, 512), num_blocks, (1, 2, 2, 2)):
            for i in range(number):
                self.blocks.append(block(width, channels, stride if i == 0 else 1))
                width = (4 if isinstance(block, Bottleneck) else 1) * channels
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, num_classes))

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))
