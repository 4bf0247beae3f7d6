# EXPECT: missing-relu
# MISTAKE: the stem has no ReLU; and no max-pool
import torch
import torch.nn as nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = self.make(64, 64, num_blocks[0], 1)
        self.layer2 = self.make(256, 128, num_blocks[1], 2)
        self.layer3 = self.make(512, 256, num_blocks[2], 2)
        self.layer4 = self.make(1024, 512, num_blocks[3], 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2048, num_classes)

    def make(self, i, c, n, s):
        layers = [Bottleneck(i, c, s)]
        for _ in range(1, n):
            layers.append(Bottleneck(c * 4, c))
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.bn1(self.conv1(x))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.pool(x), 1))
