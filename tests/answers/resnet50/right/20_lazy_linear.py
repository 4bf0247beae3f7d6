import torch
import torch.nn as nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        strides = [1, 2, 2, 2]
        ins = [64, 256, 512, 1024]
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.stages = nn.Sequential()
        for i in range(4):
            for j in range(num_blocks[i]):
                if j == 0:
                    self.stages.append(Bottleneck(ins[i], 64 * 2**i, strides[i]))
                else:
                    self.stages.append(Bottleneck(256 * 2**i, 64 * 2**i))
        self.fc = nn.LazyLinear(num_classes)

    def forward(self, x):
        return self.fc(torch.flatten(self.stages(self.stem(x)), 2).mean(dim=-1))
