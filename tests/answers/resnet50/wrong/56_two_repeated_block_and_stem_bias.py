# EXPECT: layer-used-twice
# MISTAKE: one block is repeated within each stage; and the first convolution has a bias
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        stages, cin = [], 64
        for c, n, s in zip((64, 128, 256, 512), num_blocks, (1, 2, 2, 2)):
            block = Bottleneck(4 * c, c)
            stages += [Bottleneck(cin, c, s)] + [block] * (n - 1)
            cin = 4 * c
        self.stages = nn.Sequential(*stages)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, num_classes))

    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
