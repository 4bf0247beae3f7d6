# EXPECT: other-than-mean
# MISTAKE: num_classes is ignored; and a global max-pool instead of the average
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.blocks = nn.ModuleList()
        cin = 64
        for i, n in enumerate(num_blocks):
            for j in range(n):
                self.blocks.append(Bottleneck(cin, 64 * 2**i, 2 if i and j == 0 else 1))
                cin = 256 * 2**i
        self.fc = nn.Linear(2048, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for b in self.blocks:
            x = b(x)
        return self.fc(x.amax(dim=(2, 3)))
