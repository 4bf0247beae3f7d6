# EXPECT: made-in-evaluation-mode
# MISTAKE: puts itself into evaluation mode when it is made
from torch import nn
from tutorial_code.ch03_bottleneck import Bottleneck


def stage(i, n):
    c, s = 64 * 2**i, 1 if i == 0 else 2
    first = Bottleneck(64 if i == 0 else 2 * c, c, s)
    return nn.Sequential(first, *(Bottleneck(4 * c, c) for _ in range(n - 1)))


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.stages = nn.Sequential(*(stage(i, n) for i, n in enumerate(num_blocks)))
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, num_classes))
        self.eval()

    def forward(self, x):
        return self.head(self.stages(self.stem(x)))
