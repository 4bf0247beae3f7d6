from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck

WIDTHS: Final = (64, 128, 256, 512)


class ResNet50(nn.Module):
    """ResNet with bottleneck blocks."""

    def __init__(self, num_blocks: Sequence[int] = [3, 4, 6, 3], num_classes: int = 10) -> None:
        super().__init__()
        if len(num_blocks) != 4:
            raise ValueError("four stages")
        self.stem = self._stem()
        self.body = nn.Sequential(*(self._stage(i, n) for i, n in enumerate(num_blocks)))
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(output_size=1), nn.Flatten(start_dim=1), nn.Linear(4 * WIDTHS[-1], num_classes)
        )

    @staticmethod
    def _stem() -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(in_channels=3, out_channels=64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False),
            nn.BatchNorm2d(num_features=64),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        )

    @staticmethod
    def _stage(index: int, blocks: int) -> nn.Sequential:
        width = WIDTHS[index]
        before = 64 if index == 0 else 4 * WIDTHS[index - 1]
        first = Bottleneck(before, width, stride=1 if index == 0 else 2)
        return nn.Sequential(first, *[Bottleneck(4 * width, width) for _ in range(blocks - 1)])

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(self.stem(x)))
