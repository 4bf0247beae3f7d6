# EXPECT: extra-relu
# MISTAKE: the student's own Bottleneck applies the last ReLU before the addition and none after
import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
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
            nn.ReLU(),
        )
        self.s = nn.Identity()
        if stride != 1 or cin != 4 * c:
            self.s = nn.Sequential(nn.Conv2d(cin, 4 * c, 1, stride, bias=False), nn.BatchNorm2d(4 * c))

    def forward(self, x):
        return self.f(x) + self.s(x)


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.stages = nn.ModuleList()
        cin = 64
        for i, n in enumerate(num_blocks):
            c = 64 * 2**i
            self.stages.append(
                nn.Sequential(*[Bottleneck(cin if j == 0 else 4 * c, c, 2 if i and j == 0 else 1) for j in range(n)])
            )
            cin = 4 * c
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for s in self.stages:
            x = s(x)
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))
