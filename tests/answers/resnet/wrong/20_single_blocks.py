# EXPECT: one-block-in-each-stage
# MISTAKE: the others are made and not used
from collections import OrderedDict

from torch import nn


def stage(block, n_in, channels, number, stride):
    first = block(n_in, channels, stride)
    others = [block(channels * block.expansion, channels) for _ in range(number - 1)]
    return nn.Sequential(first)


class ResNet(nn.Sequential):
    def __init__(self, block, num_blocks, num_classes=10):
        e = block.expansion
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(3, 64, 7, 2, 3, bias=False),
                bn1=nn.BatchNorm2d(64),
                relu=nn.ReLU(),
                maxpool=nn.MaxPool2d(3, 2, 1),
                conv2_x=stage(block, 64, 64, num_blocks[0], 1),
                conv3_x=stage(block, 64 * e, 128, num_blocks[1], 2),
                conv4_x=stage(block, 128 * e, 256, num_blocks[2], 2),
                conv5_x=stage(block, 256 * e, 512, num_blocks[3], 2),
                avgpool=nn.AdaptiveAvgPool2d(1),
                flatten=nn.Flatten(),
                fc=nn.Linear(512 * e, num_classes),
            )
        )
