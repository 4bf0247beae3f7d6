import torch.nn as nn
import torch.nn.functional as F

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)

        def stage(cin, c, n, stride):
            layers = [Bottleneck(cin, c, stride)]
            while len(layers) < n:
                layers.append(Bottleneck(c * 4, c))
            return nn.Sequential(*layers)

        self.s1 = stage(64, 64, num_blocks[0], 1)
        self.s2 = stage(256, 128, num_blocks[1], 2)
        self.s3 = stage(512, 256, num_blocks[2], 2)
        self.s4 = stage(1024, 512, num_blocks[3], 2)
        self.fc = nn.Linear(2048, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.s4(self.s3(self.s2(self.s1(x))))
        x = F.avg_pool2d(x, kernel_size=x.shape[2:])
        return self.fc(x.flatten(start_dim=1))
