# EXPECT: block-result-not-used
# MISTAKE: the result of conv4_x is dropped
import torch
from torch import nn


class ResNet(nn.Module):
    in_channels = 64

    def __init__(self, block, num_blocks, num_classes: int = 10):
        super().__init__()
        left = list(num_blocks)
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(3, self.in_channels, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(self.in_channels)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.conv2_x = self.stage(block, 64, left.pop(0), 1)
        self.conv3_x = self.stage(block, 128, left.pop(0), 2)
        self.conv4_x = self.stage(block, 256, left.pop(0), 2)
        self.conv5_x = self.stage(block, 512, left.pop(0), 2)
        self.fc = nn.Linear(self.in_channels, num_classes)

    def stage(self, block, channels, blocks, stride):
        layers = nn.Sequential()
        for number in range(blocks):
            layers.add_module(str(number), block(self.in_channels, channels, stride=stride))
            self.in_channels, stride = block.expansion * channels, 1
        return layers

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.conv2_x(x)
        x = self.conv3_x(x)
        self.conv4_x(x)
        x = self.conv5_x(x)
        n, c, h, w = x.shape
        return self.fc(nn.functional.avg_pool2d(x, (h, w)).reshape(n, c))
