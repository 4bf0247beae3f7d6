# EXPECT: arguments-changed
# MISTAKE: num_blocks.pop(0) empties the default list (and the caller's), and fails for a tuple
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.stages = nn.Sequential()
        cin, width, stride = 64, 64, 1
        while num_blocks:
            n = num_blocks.pop(0)
            for i in range(n):
                self.stages.append(Bottleneck(cin, width, stride if i == 0 else 1))
                cin = width * 4
            width, stride = width * 2, 2
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.stages(x).mean([2, 3]))
