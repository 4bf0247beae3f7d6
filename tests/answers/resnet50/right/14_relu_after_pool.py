import torch
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    # ReLU and max-pooling commute, and pooling first is cheaper
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.stage2 = self.stage(64, 64, num_blocks[0], 1)
        self.stage3 = self.stage(256, 128, num_blocks[1], 2)
        self.stage4 = self.stage(512, 256, num_blocks[2], 2)
        self.stage5 = self.stage(1024, 512, num_blocks[3], 2)
        self.fc = nn.Linear(2048, num_classes)

    def stage(self, a, b, n, s):
        out = nn.Sequential()
        for i in range(n):
            out.add_module(str(i), Bottleneck(a, b, s) if i == 0 else Bottleneck(b * 4, b))
        return out

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.bn1(self.conv1(x)), 3, 2, 1))
        for s in (self.stage2, self.stage3, self.stage4, self.stage5):
            x = s(x)
        return self.fc(torch.mean(x, dim=[2, 3]))
