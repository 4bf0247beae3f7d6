# EXPECT: no-padding-2
# MISTAKE: the second convolution has no padding
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.layers = nn.ModuleDict(
            {
                "conv1": nn.Conv2d(in_channels, channels, (3, 3), (stride, stride), (1, 1), bias=False),
                "norm1": nn.BatchNorm2d(channels),
                "conv2": nn.Conv2d(channels, channels, (3, 3), bias=False),
                "norm2": nn.BatchNorm2d(channels),
            }
        )
        if not (stride == 1 and in_channels == channels):
            self.layers["conv3"] = nn.Conv2d(in_channels, channels, (1, 1), (stride, stride), bias=False)
            self.layers["norm3"] = nn.BatchNorm2d(channels)

    def forward(self, x):
        l = self.layers
        y = l["norm1"](l["conv1"](x)).relu()
        y = l["norm2"](l["conv2"](y))
        z = l["norm3"](l["conv3"](x)) if "conv3" in l else x
        return (y + z).relu()
