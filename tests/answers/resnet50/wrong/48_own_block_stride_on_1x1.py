# EXPECT: setting-stride
# MISTAKE: the student's own Bottleneck has the stride on the first 1x1 convolution
import torch
from torch import Tensor, nn


def cbr(i, o, k, s=1, relu=True):
    layers = [nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


class Bottleneck(nn.Module):
    def __init__(self, i, c, s=1):
        super().__init__()
        self.main = nn.Sequential(cbr(i, c, 1, s), cbr(c, c, 3), cbr(c, 4 * c, 1, relu=False))
        self.skip = nn.Identity() if s == 1 and i == 4 * c else cbr(i, 4 * c, 1, s, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.main(x) + self.skip(x))


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(cbr(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1))
        blocks, i = [], 64
        for c, n in zip((64, 128, 256, 512), num_blocks):
            for k in range(n):
                blocks.append(Bottleneck(i, c, 2 if k == 0 and c != 64 else 1))
                i = 4 * c
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(i, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.blocks(self.stem(x)).mean((2, 3)))
