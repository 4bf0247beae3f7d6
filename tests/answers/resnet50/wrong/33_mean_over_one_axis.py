# EXPECT: averaged-otherwise
# MISTAKE: the mean is taken over the width only, and then the first row is used
import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.body = nn.Sequential()
        cin = 64
        for i, n in enumerate(num_blocks):
            for j in range(n):
                self.body.append(Bottleneck(cin, 64 * 2**i, 2 if i and not j else 1))
                cin = 256 * 2**i
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(self.stem(x))
        x = x.mean(dim=3)
        return self.fc(x[:, :, 0])
