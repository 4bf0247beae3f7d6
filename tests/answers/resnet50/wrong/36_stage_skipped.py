# EXPECT: stages-differ
# MISTAKE: conv4_x is left out
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU())
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.conv2_x = self._row(64, 64, num_blocks[0], 1)
        self.conv3_x = self._row(256, 128, num_blocks[1], 2)
        self.conv5_x = self._row(512, 512, num_blocks[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2048, num_classes)

    def _row(self, i, c, n, s):
        return nn.Sequential(Bottleneck(i, c, s), *[Bottleneck(4 * c, c) for _ in range(n - 1)])

    def forward(self, x):
        x = self.maxpool(self.conv1(x))
        x = self.conv5_x(self.conv3_x(self.conv2_x(x)))
        return self.fc(self.avgpool(x).flatten(1))
