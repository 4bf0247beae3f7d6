# EXPECT: sigmoid-at-the-end
# MISTAKE: a sigmoid at the end
import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes: int = 10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU())
        self.pool = nn.MaxPool2d(3, 2, 1)
        c = 64
        for k, n in enumerate(num_blocks):
            w = 64 * 2**k
            row = []
            for j in range(n):
                row.append(Bottleneck(c, w, 2 if k and not j else 1))
                c = 4 * w
            setattr(self, f"conv{k + 2}_x", nn.Sequential(*row))
        self.fc = nn.Linear(c, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.stem(x))
        x = self.conv5_x(self.conv4_x(self.conv3_x(self.conv2_x(x))))
        return torch.sigmoid(self.fc(x.mean(dim=(2, 3))))
