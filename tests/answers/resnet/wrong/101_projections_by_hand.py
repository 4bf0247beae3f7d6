# EXPECT: projection-before-the-block
# MISTAKE: halves with convolutions between the stages
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
            if channels > 64:
                layers += [nn.Conv2d(n_in, channels, 1, 2, bias=False), nn.BatchNorm2d(channels)]
                n_in = channels
            layers += row(block, n_in, channels, number, stride=1)
            n_in = block.expansion * channels
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.Linear(n_in, num_classes)]
        self.all = nn.Sequential(*layers)

    def forward(self, x):
        return self.all(x)
