"""Exercise: ResNet-50."""

from collections.abc import Sequence

from torch import Tensor, nn
from tutorial_code.ch02_bottleneck import Bottleneck


class ResNet50(nn.Module):
    """ResNet-50: a stem, four stages of bottleneck blocks, average pooling and a linear classifier.

    Source: He et al. 2015, table 1, column "50-layer", with the stride on the 3×3 convolutions.

    Args:
        num_blocks: blocks in conv2_x, conv3_x, conv4_x and conv5_x. Other numbers give other depths.
        num_classes: logits for each picture.
    """

    def __init__(self, num_blocks: Sequence[int] = [3, 4, 6, 3], num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.conv2_x = self._stage(64, 64, num_blocks[0], stride=1)
        self.conv3_x = self._stage(256, 128, num_blocks[1], stride=2)
        self.conv4_x = self._stage(512, 256, num_blocks[2], stride=2)
        self.conv5_x = self._stage(1024, 512, num_blocks[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2048, num_classes)

    @staticmethod
    def _stage(in_channels: int, channels: int, blocks: int, stride: int) -> nn.Sequential:
        first = Bottleneck(in_channels, channels, stride)
        return nn.Sequential(
            first, *(Bottleneck(4 * channels, channels) for _ in range(blocks - 1))
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (batch, 3, h, w) to logits (batch, num_classes)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))  # (batch, 64, h/4, w/4)
        x = self.conv2_x(x)  # (batch, 256, h/4, w/4)
        x = self.conv3_x(x)  # (batch, 512, h/8, w/8)
        x = self.conv4_x(x)  # (batch, 1024, h/16, w/16)
        x = self.conv5_x(x)  # (batch, 2048, h/32, w/32)
        return self.fc(self.avgpool(x).flatten(1))
