import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10, zero_init=True):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        blocks, c = [], 64
        for w, n in zip([64, 128, 256, 512], num_blocks):
            for i in range(n):
                blocks.append(Bottleneck(c, w, 2 if i == 0 and w != 64 else 1))
                c = 4 * w
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(c, num_classes)
        if zero_init:
            for block in self.blocks:
                nn.init.zeros_(block.bn3.weight)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.max_pool2d(x, kernel_size=3, stride=2, padding=1)
        return self.fc(self.blocks(x).mean((2, 3)))
