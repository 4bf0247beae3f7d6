import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=None, num_classes: int = 10):
        super().__init__()
        num_blocks = list(num_blocks) if num_blocks is not None else [3, 4, 6, 3]
        self.stem_conv = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.stem_bn = nn.BatchNorm2d(64)
        self.stem_pool = nn.MaxPool2d(3, 2, 1)
        self.current = 64
        self.stages = nn.ModuleList()
        channels, stride = 64, 1
        while num_blocks:
            self.stages.append(self.build(channels, num_blocks.pop(0), stride))
            channels, stride = channels * 2, 2
        self.fc = nn.Linear(self.current, num_classes)

    def build(self, channels, n, stride):
        row = nn.Sequential()
        for i in range(n):
            row.append(Bottleneck(self.current, channels, stride if i == 0 else 1))
            self.current = 4 * channels
        return row

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem_pool(torch.relu(self.stem_bn(self.stem_conv(x))))
        for s in self.stages:
            x = s(x)
        return self.fc(x.flatten(2).mean(2))
