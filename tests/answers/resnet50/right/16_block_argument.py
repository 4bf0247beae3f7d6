from typing import List, Type

import torch
from torch import Tensor, nn

from tutorial_code.ch02_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(
        self,
        num_blocks: List[int] = [3, 4, 6, 3],
        num_classes: int = 10,
        block: Type[nn.Module] = Bottleneck,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        self.in_channels = 64
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, 64, 7, 2, 3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
        )
        self.layer1 = self._layer(block, 64, num_blocks[0], 1)
        self.layer2 = self._layer(block, 128, num_blocks[1], 2)
        self.layer3 = self._layer(block, 256, num_blocks[2], 2)
        self.layer4 = self._layer(block, 512, num_blocks[3], 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.0)
        self.fc = nn.Linear(512 * 4, num_classes)

    def _layer(self, block, channels, n, stride):
        layers = []
        for i in range(n):
            layers.append(block(self.in_channels, channels, stride if i == 0 else 1))
            self.in_channels = channels * 4
        return nn.Sequential(*layers)

    def forward_features(self, x: Tensor) -> Tensor:
        return self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.dropout(self.flatten(self.pool(self.forward_features(x)))))
