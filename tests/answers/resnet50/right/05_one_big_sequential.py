from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        a, b, c, d = num_blocks
        self.net = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
            Bottleneck(64, 64, 1),
            *(Bottleneck(256, 64, 1) for _ in range(a - 1)),
            Bottleneck(256, 128, 2),
            *(Bottleneck(512, 128, 1) for _ in range(b - 1)),
            Bottleneck(512, 256, 2),
            *(Bottleneck(1024, 256, 1) for _ in range(c - 1)),
            Bottleneck(1024, 512, 2),
            *(Bottleneck(2048, 512, 1) for _ in range(d - 1)),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(2048, num_classes),
        )

    def forward(self, x):
        return self.net(x)
