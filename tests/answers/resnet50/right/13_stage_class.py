import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


class Stage(nn.Module):
    def __init__(self, cin, channels, n, stride):
        super().__init__()
        self.first = Bottleneck(cin, channels, stride)
        self.rest = nn.ModuleList([Bottleneck(4 * channels, channels, 1) for _ in range(n - 1)])

    def forward(self, x):
        x = self.first(x)
        for block in self.rest:
            x = block(x)
        return x


class ResNet50(nn.Module):
    def __init__(self, num_blocks=(3, 4, 6, 3), num_classes=10):
        super().__init__()
        n2, n3, n4, n5 = num_blocks
        self.conv1 = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64))
        self.pool = nn.MaxPool2d(3, 2, padding=1)
        self.conv2 = Stage(64, 64, n2, 1)
        self.conv3 = Stage(256, 128, n3, 2)
        self.conv4 = Stage(512, 256, n4, 2)
        self.conv5 = Stage(1024, 512, n5, 2)
        self.out = nn.Linear(2048, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.conv5(self.conv4(self.conv3(self.conv2(x))))
        x = nn.functional.adaptive_avg_pool2d(x, 1)
        return self.out(x.squeeze(-1).squeeze(-1))
