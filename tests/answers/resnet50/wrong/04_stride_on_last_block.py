# EXPECT: stride-in-last-block
# MISTAKE: the stride is on the last block of each stage instead of the first
import torch
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.conv2_x = self.stage(64, 64, num_blocks[0], 1)
        self.conv3_x = self.stage(256, 128, num_blocks[1], 2)
        self.conv4_x = self.stage(512, 256, num_blocks[2], 2)
        self.conv5_x = self.stage(1024, 512, num_blocks[3], 2)
        self.fc = nn.Linear(2048, num_classes)

    def stage(self, cin, c, n, stride):
        strides = [1] * (n - 1) + [stride]
        ins = [cin] + [4 * c] * (n - 1)
        return nn.Sequential(*(Bottleneck(i, c, s) for i, s in zip(ins, strides)))

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        x = self.conv5_x(self.conv4_x(self.conv3_x(self.conv2_x(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
