# EXPECT: setting-ceil-mode
# MISTAKE: the stem's pooling rounds up
import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1, ceil_mode=True)
        self.conv2_x = nn.Sequential(Bottleneck(64, 64), *[Bottleneck(256, 64) for _ in range(num_blocks[0] - 1)])
        self.conv3_x = nn.Sequential(Bottleneck(256, 128, 2), *[Bottleneck(512, 128) for _ in range(num_blocks[1] - 1)])
        self.conv4_x = nn.Sequential(
            Bottleneck(512, 256, 2), *[Bottleneck(1024, 256) for _ in range(num_blocks[2] - 1)]
        )
        self.conv5_x = nn.Sequential(
            Bottleneck(1024, 512, 2), *[Bottleneck(2048, 512) for _ in range(num_blocks[3] - 1)]
        )
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(2048, num_classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.conv2_x(x)
        x = self.conv3_x(x)
        x = self.conv4_x(x)
        x = self.conv5_x(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        return self.fc(x)
