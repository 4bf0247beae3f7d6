# EXPECT: conv5_x-not-used
# MISTAKE: conv5_x is made and not run
import torch
import torch.nn as nn
import torch.nn.functional as F


class ResNet(nn.Module):
    WIDTHS = (64, 128, 256, 512)
    STRIDES = (1, 2, 2, 2)

    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.block, self.num_blocks = block, tuple(num_blocks)
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for i in range(4):
            stage, channels = self.make_stage(block, channels, self.WIDTHS[i], num_blocks[i], self.STRIDES[i])
            self.add_module(f"stage{i + 1}", stage)
        self.fc = nn.Linear(channels, num_classes)

    @staticmethod
    def make_stage(block, channels, width, number, stride):
        blocks = []
        while len(blocks) < number:
            blocks.append(block(channels, width, stride if not blocks else 1))
            channels = width * block.expansion
        return nn.Sequential(*blocks), channels

    def stem(self, x):
        return F.max_pool2d(F.relu(self.bn1(self.conv1(x))), kernel_size=3, stride=2, padding=1)

    def forward(self, x):
        x = self.stem(x)
        x = self.stage3(self.stage2(self.stage1(x)))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), start_dim=1))
