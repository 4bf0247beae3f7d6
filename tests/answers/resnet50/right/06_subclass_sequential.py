from collections import OrderedDict

from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


def stage(cin, c, n, s):
    return nn.Sequential(
        OrderedDict((f"block{i}", Bottleneck(cin if i == 0 else 4 * c, c, s if i == 0 else 1)) for i in range(n))
    )


class ResNet50(nn.Sequential):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(3, 64, 7, 2, 3, bias=False),
                bn1=nn.BatchNorm2d(64),
                relu=nn.ReLU(),
                maxpool=nn.MaxPool2d(3, 2, 1),
                conv2_x=stage(64, 64, num_blocks[0], 1),
                conv3_x=stage(256, 128, num_blocks[1], 2),
                conv4_x=stage(512, 256, num_blocks[2], 2),
                conv5_x=stage(1024, 512, num_blocks[3], 2),
                avgpool=nn.AdaptiveAvgPool2d(1),
                flatten=nn.Flatten(),
                fc=nn.Linear(2048, num_classes),
            )
        )
