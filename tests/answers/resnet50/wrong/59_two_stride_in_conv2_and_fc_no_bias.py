# EXPECT: setting-stride
# MISTAKE: conv2_x also starts with stride 2; and the linear layer has no bias
import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes: int = 10):
        super().__init__()
        self.in_channels = 64
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.stages = nn.Sequential(*(self.stage(c, n) for c, n in zip((64, 128, 256, 512), num_blocks)))
        self.fc = nn.Linear(2048, num_classes, bias=False)

    def stage(self, c: int, n: int) -> nn.Sequential:
        row = []
        for i in range(n):
            row.append(Bottleneck(self.in_channels, c, 2 if i == 0 else 1))
            self.in_channels = 4 * c
        return nn.Sequential(*row)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.flatten(self.stages(self.stem(x)), 2).mean(2))
