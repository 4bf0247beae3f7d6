# EXPECT: kernel-1-second
# MISTAKE: the second convolution is 1×1
from torch import nn


class Residual(nn.Module):
    def __init__(self, branch, shortcut):
        super().__init__()
        self.branch, self.shortcut = branch, shortcut

    def forward(self, x):
        return self.branch(x) + self.shortcut(x)


def conv_bn(cin, cout, k, s):
    return [nn.Conv2d(cin, cout, k, s, (k - 1) // 2, bias=False), nn.BatchNorm2d(cout)]


class BasicBlock(nn.Sequential):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        keeps_shape = in_channels == channels and stride == 1
        super().__init__(
            Residual(
                nn.Sequential(
                    *conv_bn(in_channels, channels, 3, stride), nn.ReLU(), *conv_bn(channels, channels, 1, 1)
                ),
                nn.Sequential(*([] if keeps_shape else conv_bn(in_channels, channels, 1, stride))),
            ),
            nn.ReLU(),
        )
