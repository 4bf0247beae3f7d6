# EXPECT: block-counts-reversed
# MISTAKE: the numbers of blocks are used in reverse order, num_blocks[3] for conv2_x
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        remaining = list(num_blocks)
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
        cin = 64
        for c in (64, 128, 256, 512):
            n = remaining.pop()
            for j in range(n):
                layers.append(Bottleneck(cin, c, 2 if j == 0 and c > 64 else 1))
                cin = 4 * c
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x):
        return self.fc(self.features(x))
