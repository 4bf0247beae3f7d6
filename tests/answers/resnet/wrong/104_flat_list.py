# EXPECT: stages-not-registered
# MISTAKE: the blocks stand in a plain list
import torch
from torch import nn


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super(ResNet, self).__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.norm1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        n_in = 64
        for i, n in enumerate(num_blocks):
            channels = 64 * 2**i
            strides = [1 if i == 0 else 2] + [1] * (n - 1)
            stage = []
            for s in strides:
                stage.append(block(n_in, channels, s))
                n_in = channels * block.expansion
            self.stages = getattr(self, "stages", []) + stage
        self.out = nn.Linear(n_in, num_classes)

    def forward(self, x):
        x = self.pool(torch.relu(self.norm1(self.conv1(x))))
        for block in self.stages:
            x = block(x)
        return self.out(x.mean(dim=(2, 3)))
