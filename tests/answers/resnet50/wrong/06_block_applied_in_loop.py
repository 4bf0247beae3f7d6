# EXPECT: layer-used-twice
# MISTAKE: each stage has one further block that forward applies again and again in a loop
import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.num_blocks = num_blocks
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.first = nn.ModuleList(
            [Bottleneck(64, 64), Bottleneck(256, 128, 2), Bottleneck(512, 256, 2), Bottleneck(1024, 512, 2)]
        )
        self.other = nn.ModuleList([Bottleneck(4 * c, c) for c in (64, 128, 256, 512)])
        self.fc = nn.Linear(2048, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for first, other, n in zip(self.first, self.other, self.num_blocks):
            x = first(x)
            for _ in range(n - 1):
                x = other(x)
        return self.fc(torch.mean(x, (2, 3)))
