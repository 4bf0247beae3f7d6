# EXPECT: classifier-fixed-at-2048
# MISTAKE: 2048 from chapter 4
from torch import nn


def row(block, n_in, channels, number, stride):
    """The blocks of a stage, as a list."""
    if number == 0:
        return []
    return [block(n_in, channels, stride), *row(block, block.expansion * channels, channels, number - 1, 1)]


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        layers = [
            nn.Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(True),
            nn.MaxPool2d((3, 3), (2, 2), (1, 1)),
        ]
        n_in = 64
        for number, channels in zip(num_blocks, [64, 128, 256, 512]):
            layers += row(block, n_in, channels, number, stride=1 if channels == 64 else 2)
            n_in = block.expansion * channels
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.Linear(2048, num_classes)]
        self.all = nn.Sequential(*layers)

    def forward(self, x):
        return self.all(x)
