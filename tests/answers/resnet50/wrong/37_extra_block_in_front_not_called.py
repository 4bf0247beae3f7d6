# EXPECT: stages-differ
# MISTAKE: only the first block of conv2_x is called in forward, its others are created but unused
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv2_first = Bottleneck(64, 64)
        self.conv2_rest = nn.Sequential(*[Bottleneck(256, 64) for _ in range(num_blocks[0] - 1)])
        self.conv3_first = Bottleneck(256, 128, 2)
        self.conv3_rest = nn.Sequential(*[Bottleneck(512, 128) for _ in range(num_blocks[1] - 1)])
        self.conv4_first = Bottleneck(512, 256, 2)
        self.conv4_rest = nn.Sequential(*[Bottleneck(1024, 256) for _ in range(num_blocks[2] - 1)])
        self.conv5_first = Bottleneck(1024, 512, 2)
        self.conv5_rest = nn.Sequential(*[Bottleneck(2048, 512) for _ in range(num_blocks[3] - 1)])
        self.fc = nn.Linear(2048, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.conv2_first(x)
        x = self.conv3_rest(self.conv3_first(x))
        x = self.conv4_rest(self.conv4_first(x))
        x = self.conv5_rest(self.conv5_first(x))
        return self.fc(x.mean([2, 3]))
