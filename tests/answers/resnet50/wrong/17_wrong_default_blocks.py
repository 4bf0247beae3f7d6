# EXPECT: default-blocks-of-another-depth
# MISTAKE: the default of num_blocks is [3, 4, 23, 3], that of ResNet-101
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 23, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        blocks, cin = [], 64
        for w, n in zip([64, 128, 256, 512], num_blocks):
            for i in range(n):
                blocks.append(Bottleneck(cin, w, 2 if i == 0 and w > 64 else 1))
                cin = w * 4
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(2048, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.blocks(x).mean((2, 3)))
