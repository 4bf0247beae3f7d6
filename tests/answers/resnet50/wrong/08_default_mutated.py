# EXPECT: arguments-changed
# MISTAKE: the entries of num_blocks are counted down in place, so the default and the caller's list change
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.body = nn.Sequential()
        ins, widths = [64, 256, 512, 1024], [64, 128, 256, 512]
        for i in range(4):
            self.body.append(Bottleneck(ins[i], widths[i], 1 if i == 0 else 2))
            num_blocks[i] -= 1
            while num_blocks[i] > 0:
                self.body.append(Bottleneck(4 * widths[i], widths[i]))
                num_blocks[i] -= 1
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, num_classes))

    def forward(self, x):
        return self.head(self.body(self.stem(x)))
