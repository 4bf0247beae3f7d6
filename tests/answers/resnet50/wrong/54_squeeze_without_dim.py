# EXPECT: squeezed-without-dimension
# MISTAKE: squeeze() without a dimension also removes the batch dimension of a single image
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.stages = nn.Sequential()
        cin = 64
        for c, n, s in zip((64, 128, 256, 512), num_blocks, (1, 2, 2, 2)):
            self.stages.append(nn.Sequential(Bottleneck(cin, c, s), *[Bottleneck(4 * c, c) for _ in range(n - 1)]))
            cin = 4 * c
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = F.adaptive_avg_pool2d(self.stages(x), 1).squeeze()
        return self.fc(x)
