# EXPECT: channels-do-not-fit
# MISTAKE: in_channels is set to channels instead of 4 * channels after a block
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.blocks = nn.ModuleList()
        in_channels = 64
        for channels, n, stride in [
            (64, num_blocks[0], 1),
            (128, num_blocks[1], 2),
            (256, num_blocks[2], 2),
            (512, num_blocks[3], 2),
        ]:
            for i in range(n):
                self.blocks.append(Bottleneck(in_channels, channels, stride if i == 0 else 1))
                in_channels = channels
        self.fc = nn.Linear(2048, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for block in self.blocks:
            x = block(x)
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))
