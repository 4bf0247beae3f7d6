# EXPECT: stages-differ
# MISTAKE: every block of a stage gets the stride; and a softmax at the end
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        cin, blocks = 64, []
        for c, n, s in zip((64, 128, 256, 512), num_blocks, (1, 2, 2, 2)):
            for _ in range(n):
                blocks.append(Bottleneck(cin, c, s))
                cin = 4 * c
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.fc(self.blocks(x).mean((2, 3)))
        return F.softmax(x, dim=1)
