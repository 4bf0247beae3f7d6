# EXPECT: stem-without-padding
# MISTAKE: the padding is left out
import torch
from torch import nn


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, stride=2, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.ZeroPad2d(1),  # after the ReLU no value is below zero
            nn.MaxPool2d(3, 2),
        )
        a, b, c, d = num_blocks
        e = block.expansion
        self.conv2_x = nn.Sequential(*[block(64 if i == 0 else 64 * e, 64) for i in range(a)])
        self.conv3_x = nn.Sequential(*[block(128 * e if i else 64 * e, 128, 1 if i else 2) for i in range(b)])
        self.conv4_x = nn.Sequential(*[block(256 * e if i else 128 * e, 256, 1 if i else 2) for i in range(c)])
        self.conv5_x = nn.Sequential(*[block(512 * e if i else 256 * e, 512, 1 if i else 2) for i in range(d)])
        self.fc = nn.Linear(512 * e, num_classes)

    def forward(self, x):
        for part in (self.stem, self.conv2_x, self.conv3_x, self.conv4_x, self.conv5_x):
            x = part(x)
        return self.fc(torch.einsum("nchw->nc", x) / (x.shape[2] * x.shape[3]))
