# EXPECT: fixed-average-pool
# MISTAKE: nn.AvgPool2d(7) instead of an adaptive pool, so only some image sizes work
import torch
import torch.nn as nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.conv2 = self.stage(64, 64, num_blocks[0], 1)
        self.conv3 = self.stage(256, 128, num_blocks[1], 2)
        self.conv4 = self.stage(512, 256, num_blocks[2], 2)
        self.conv5 = self.stage(1024, 512, num_blocks[3], 2)
        self.avgpool = nn.AvgPool2d(7)
        self.fc = nn.Linear(2048, num_classes)

    def stage(self, i, c, n, s):
        return nn.Sequential(Bottleneck(i, c, s), *(Bottleneck(c * 4, c) for _ in range(n - 1)))

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.conv5(self.conv4(self.conv3(self.conv2(x))))
        x = self.avgpool(x)
        return self.fc(torch.flatten(x, 1))
