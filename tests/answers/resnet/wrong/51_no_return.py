# EXPECT: no-return
# MISTAKE: nothing is returned
from functools import partial

import torch
from torch import nn

halving_conv = partial(nn.Conv2d, stride=2, bias=False)


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.stem = nn.ModuleDict({"conv": halving_conv(3, 64, kernel_size=7, padding=3), "norm": nn.BatchNorm2d(64)})
        made, given = [], 64
        for row, blocks in enumerate(num_blocks):
            make = partial(block, channels=2 ** (6 + row))
            for column in range(blocks):
                made.append(make(in_channels=given, stride=2 if row > 0 and column == 0 else 1))
                given = block.expansion * 2 ** (6 + row)
        self.body = nn.ModuleList(made)
        self.classifier = nn.Linear(in_features=given, out_features=num_classes)

    def forward(self, x):
        x = torch.relu(self.stem["norm"](self.stem["conv"](x)))
        x = nn.functional.max_pool2d(x, kernel_size=3, stride=2, padding=1)
        for layer in self.body:
            x = layer(x)
        self.classifier(x.flatten(2).mean(dim=2))
