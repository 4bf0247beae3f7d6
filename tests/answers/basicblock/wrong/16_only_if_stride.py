# EXPECT: projection-only-with-stride
# MISTAKE: the property looks at the stride alone
from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class BasicBlock(nn.Module):
    expansion: int = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        assert stride >= 1
        super().__init__()
        self.in_channels, self.channels, self.stride = in_channels, channels, stride
        self._build_branch()
        self._build_shortcut()

    @property
    def needs_projection(self) -> bool:
        return self.stride != 1

    def _build_branch(self) -> None:
        self.conv1 = nn.Conv2d(self.in_channels, self.channels, 3, self.stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(self.channels)
        self.conv2 = nn.Conv2d(self.channels, self.channels, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(self.channels)

    def _build_shortcut(self) -> None:
        if self.needs_projection:
            self.projection = nn.Conv2d(self.in_channels, self.channels, 1, self.stride, bias=False)
            self.projection_norm = nn.BatchNorm2d(self.channels)

    def branch(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm1(self.conv1(x)))
        return self.norm2(self.conv2(x))

    def shortcut(self, x: Tensor) -> Tensor:
        return self.projection_norm(self.projection(x)) if self.needs_projection else x

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.branch(x) + self.shortcut(x))
