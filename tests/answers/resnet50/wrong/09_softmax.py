# EXPECT: softmax-at-the-end
# MISTAKE: a softmax at the end
import torch
import torch.nn as nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
            self.make(64, 64, num_blocks[0], 1),
            self.make(256, 128, num_blocks[1], 2),
            self.make(512, 256, num_blocks[2], 2),
            self.make(1024, 512, num_blocks[3], 2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2048, num_classes)
        self.softmax = nn.Softmax(dim=1)

    def make(self, i, c, n, s):
        return nn.Sequential(Bottleneck(i, c, s), *(Bottleneck(4 * c, c) for _ in range(n - 1)))

    def forward(self, x):
        x = self.avgpool(self.features(x))
        x = torch.flatten(x, 1)
        return self.softmax(self.fc(x))
