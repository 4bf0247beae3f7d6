# EXPECT: stages-differ
# MISTAKE: n + 1 strides in the last stage alone
import torch
from torch import nn


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super(ResNet, self).__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.norm1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        n_in = 64
        for i, n in enumerate(num_blocks):
            channels = 64 * 2**i
            strides = [1 if i == 0 else 2] + [1] * (n - 1 if i < 3 else n)
            stage = []
            for s in strides:
                stage.append(block(n_in, channels, s))
                n_in = channels * block.expansion
            setattr(self, f"conv{i + 2}_x", nn.Sequential(*stage))
        self.out = nn.Linear(n_in, num_classes)

    def forward(self, x):
        x = self.pool(torch.relu(self.norm1(self.conv1(x))))
        for i in range(2, 6):
            x = getattr(self, f"conv{i}_x")(x)
        return self.out(x.mean(dim=(2, 3)))
