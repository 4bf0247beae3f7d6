from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Stage(nn.Module):
    """Blocks of the same width; the first has the stride."""

    def __init__(self, block: type[nn.Module], n_in: int, channels: int, blocks: int, stride: int) -> None:
        super().__init__()
        self.n_out = channels * block.expansion
        self.first = block(n_in, channels, stride)
        self.rest = nn.ModuleList(block(self.n_out, channels, 1) for _ in range(blocks - 1))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for block in self.rest:
            x = block(x)
        return x


class ResNet(nn.Module):
    def __init__(self, block: type[nn.Module], num_blocks: Sequence[int], num_classes: int = 10) -> None:
        super().__init__()
        n2, n3, n4, n5 = num_blocks
        self.conv1 = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64))
        self.pool = nn.MaxPool2d(3, 2, padding=1)
        self.conv2 = Stage(block, 64, 64, n2, 1)
        self.conv3 = Stage(block, self.conv2.n_out, 128, n3, 2)
        self.conv4 = Stage(block, self.conv3.n_out, 256, n4, 2)
        self.conv5 = Stage(block, self.conv4.n_out, 512, n5, 2)
        self.out = nn.Linear(self.conv5.n_out, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.conv5(self.conv4(self.conv3(self.conv2(x))))
        x = nn.functional.adaptive_avg_pool2d(x, 1)
        return self.out(x.squeeze(-1).squeeze(-1))
