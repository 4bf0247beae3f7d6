# EXPECT: number-instead-of-list
# MISTAKE: num_classes comes before num_blocks in the constructor
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_classes=10, num_blocks=[3, 4, 6, 3]):
        super().__init__()
        self.cin = 64
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.stages = nn.Sequential(*(self.stage(64 << i, n, 1 if i == 0 else 2) for i, n in enumerate(num_blocks)))
        self.fc = nn.Linear(2048, num_classes)

    def stage(self, c, n, s):
        blocks = nn.Sequential()
        for i in range(n):
            blocks.append(Bottleneck(self.cin, c, s if i == 0 else 1))
            self.cin = 4 * c
        return blocks

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(F.adaptive_avg_pool2d(self.stages(x), 1).flatten(1))
