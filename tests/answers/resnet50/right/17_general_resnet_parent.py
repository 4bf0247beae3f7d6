import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    expansion = 4

    def __init__(self, cin, c, stride=1):
        super().__init__()
        self.f = nn.Sequential(
            nn.Conv2d(cin, c, 1, bias=False),
            nn.BatchNorm2d(c),
            nn.ReLU(),
            nn.Conv2d(c, c, 3, stride, 1, bias=False),
            nn.BatchNorm2d(c),
            nn.ReLU(),
            nn.Conv2d(c, 4 * c, 1, bias=False),
            nn.BatchNorm2d(4 * c),
        )
        self.s = nn.Sequential()
        if stride != 1 or cin != 4 * c:
            self.s = nn.Sequential(nn.Conv2d(cin, 4 * c, 1, stride, bias=False), nn.BatchNorm2d(4 * c))

    def forward(self, x):
        return F.relu(self.f(x) + self.s(x))


class ResNet(nn.Module):
    def __init__(self, block, layers, num_classes):
        super().__init__()
        self.block, self.cin = block, 64
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layers = nn.ModuleList(self.make(64 * 2**i, n, min(i, 1) + 1) for i, n in enumerate(layers))
        self.fc = nn.Linear(512 * block.expansion, num_classes)

    def make(self, c, n, stride):
        out = []
        for s in [stride] + [1] * (n - 1):
            out.append(self.block(self.cin, c, s))
            self.cin = c * self.block.expansion
        return nn.Sequential(*out)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for layer in self.layers:
            x = layer(x)
        return self.fc(F.adaptive_avg_pool2d(x, 1).reshape(x.shape[0], -1))


class ResNet50(ResNet):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__(Block, num_blocks, num_classes)
