# EXPECT: no-average-pool
# MISTAKE: there is no pooling before the linear layer, the map is only flattened
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        blocks, cin = [], 64
        for c, n, s in zip((64, 128, 256, 512), num_blocks, (1, 2, 2, 2)):
            blocks.append(Bottleneck(cin, c, s))
            blocks.extend(Bottleneck(4 * c, c) for _ in range(n - 1))
            cin = 4 * c
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(2048, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.blocks(x)
        return self.fc(x.flatten(1))
