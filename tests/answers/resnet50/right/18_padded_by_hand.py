import torch
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.pad = nn.ZeroPad2d(3)
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        # after the ReLU all values are >= 0, so padding with zeros is the same as with -inf
        self.maxpool = nn.Sequential(nn.ZeroPad2d(1), nn.MaxPool2d(3, 2))
        self.stages = nn.ModuleList()
        cin = 64
        for c, n, s in [
            (64, num_blocks[0], 1),
            (128, num_blocks[1], 2),
            (256, num_blocks[2], 2),
            (512, num_blocks[3], 2),
        ]:
            self.stages.append(nn.ModuleList([Bottleneck(cin, c, s)]))
            cin = 4 * c
            self.stages[-1].extend(Bottleneck(cin, c) for _ in range(n - 1))
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(self.pad(x)))))
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.fc(x.mean([2, 3]))
