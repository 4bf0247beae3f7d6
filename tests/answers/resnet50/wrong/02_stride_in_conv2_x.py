# EXPECT: stride-in-conv2_x
# MISTAKE: conv2_x also starts with stride 2
import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        cin = 64
        self.stages = nn.ModuleList()
        for width, n in zip([64, 128, 256, 512], num_blocks):
            stage = [Bottleneck(cin, width, 2)]
            cin = width * 4
            stage += [Bottleneck(cin, width) for _ in range(n - 1)]
            self.stages.append(nn.Sequential(*stage))
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.fc(x.mean((2, 3)))
