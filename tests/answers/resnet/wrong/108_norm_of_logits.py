# EXPECT: extra-batch-norm
# MISTAKE: a BatchNorm stands behind the classifier
import torch
from torch import nn


class ResNet(nn.Module):
    """Layers are registered from back to front."""

    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        e = block.expansion
        self.fc = nn.Sequential(nn.Linear(512 * e, num_classes), nn.BatchNorm1d(num_classes))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.conv5_x = self.stage(block, 256 * e, 512, num_blocks[3], 2)
        self.conv4_x = self.stage(block, 128 * e, 256, num_blocks[2], 2)
        self.conv3_x = self.stage(block, 64 * e, 128, num_blocks[1], 2)
        self.conv2_x = self.stage(block, 64, 64, num_blocks[0], 1)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)

    def stage(self, block, a, c, n, s):
        blocks = [block(a, c, s)]
        for _ in range(n - 1):
            blocks.append(block(c * block.expansion, c, 1))
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        x = self.conv2_x(x)
        x = self.conv3_x(x)
        x = self.conv4_x(x)
        x = self.conv5_x(x)
        return self.fc(self.avgpool(x).flatten(1))
