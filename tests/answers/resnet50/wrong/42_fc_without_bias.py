# EXPECT: classifier-without-bias
# MISTAKE: the last linear layer has no bias
import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes: int = 10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        )
        self.stages = nn.ModuleList()
        for i, n in enumerate(num_blocks):
            c, cin = 64 * 2**i, 64 if i == 0 else 128 * 2**i
            self.stages.append(
                nn.Sequential(Bottleneck(cin, c, 1 if i == 0 else 2), *(Bottleneck(4 * c, c) for _ in range(n - 1)))
            )
        self.fc = nn.Linear(2048, num_classes, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.fc(torch.mean(x, dim=(2, 3)))
