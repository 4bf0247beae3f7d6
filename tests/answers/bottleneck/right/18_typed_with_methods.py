from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Bottleneck(nn.Module):
    EXPANSION: int = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        assert stride >= 1
        super().__init__()
        self.in_channels, self.channels, self.stride = in_channels, channels, stride
        self._build_branch()
        self._build_shortcut()

    @property
    def out_channels(self) -> int:
        return self.EXPANSION * self.channels

    def _build_branch(self) -> None:
        self.squeeze = nn.Conv2d(self.in_channels, self.channels, 1, bias=False)
        self.squeeze_norm = nn.BatchNorm2d(self.channels)
        self.spatial = nn.Conv2d(self.channels, self.channels, 3, self.stride, 1, bias=False)
        self.spatial_norm = nn.BatchNorm2d(self.channels)
        self.expand = nn.Conv2d(self.channels, self.out_channels, 1, bias=False)
        self.expand_norm = nn.BatchNorm2d(self.out_channels)

    def _build_shortcut(self) -> None:
        if self.stride == 1 and self.in_channels == self.out_channels:
            self.register_module("project", None)
            return
        self.project = nn.Conv2d(self.in_channels, self.out_channels, 1, self.stride, bias=False)
        self.project_norm = nn.BatchNorm2d(self.out_channels)

    def branch(self, x: Tensor) -> Tensor:
        x = F.relu(self.squeeze_norm(self.squeeze(x)))
        x = F.relu(self.spatial_norm(self.spatial(x)))
        return self.expand_norm(self.expand(x))

    def shortcut(self, x: Tensor) -> Tensor:
        return x if self.project is None else self.project_norm(self.project(x))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.branch(x) + self.shortcut(x))
