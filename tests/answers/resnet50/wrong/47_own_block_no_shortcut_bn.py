# EXPECT: missing-batch-norm
# MISTAKE: the student's own Bottleneck has no BatchNorm on the projection
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, cin, c, stride=1):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(cin, c, 1, bias=False), nn.BatchNorm2d(c)
        self.conv2, self.bn2 = nn.Conv2d(c, c, 3, stride, 1, bias=False), nn.BatchNorm2d(c)
        self.conv3, self.bn3 = nn.Conv2d(c, c * 4, 1, bias=False), nn.BatchNorm2d(c * 4)
        self.proj = nn.Conv2d(cin, c * 4, 1, stride, bias=False) if stride != 1 or cin != c * 4 else None

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return F.relu(y + (x if self.proj is None else self.proj(x)))


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.cin = 64
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.layer1 = self.layer(64, num_blocks[0], 1)
        self.layer2 = self.layer(128, num_blocks[1], 2)
        self.layer3 = self.layer(256, num_blocks[2], 2)
        self.layer4 = self.layer(512, num_blocks[3], 2)
        self.fc = nn.Linear(2048, num_classes)

    def layer(self, c, n, s):
        seq = nn.Sequential()
        for i in range(n):
            seq.append(Block(self.cin, c, s if i == 0 else 1))
            self.cin = 4 * c
        return seq

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean([2, 3]))
