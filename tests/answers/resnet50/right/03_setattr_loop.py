import torch
import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        c = 64
        for i, n in enumerate(num_blocks):
            width = 64 * 2**i
            blocks = []
            for j in range(n):
                blocks.append(Bottleneck(c, width, stride=2 if i > 0 and j == 0 else 1))
                c = width * 4
            setattr(self, f"stage{i + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(c, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for i in range(4):
            x = getattr(self, f"stage{i + 1}")(x)
        return self.fc(x.mean([2, 3]))
