# EXPECT: stages-differ
# MISTAKE: the last stage has 256 channels inside instead of 512
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.stages = nn.ModuleList()
        cin = 64
        for width, n, stride in zip([64, 128, 256, 256], num_blocks, [1, 2, 2, 2]):
            stage = nn.Sequential()
            for j in range(n):
                stage.append(Bottleneck(cin, width, stride if j == 0 else 1))
                cin = 4 * width
            self.stages.append(stage)
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for s in self.stages:
            x = s(x)
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
