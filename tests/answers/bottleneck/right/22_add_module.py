from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        nn.Module.__init__(self)
        branch = nn.Sequential()
        branch.add_module("0_conv", nn.Conv2d(in_channels, channels, 1, bias=False))
        branch.add_module("0_bn", nn.BatchNorm2d(channels))
        branch.add_module("0_relu", nn.ReLU(inplace=True))
        branch.add_module("1_conv", nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False))
        branch.add_module("1_bn", nn.BatchNorm2d(channels))
        branch.add_module("1_relu", nn.ReLU(inplace=True))
        branch.add_module("2_conv", nn.Conv2d(channels, channels * 4, 1, bias=False))
        branch.add_module("2_bn", nn.BatchNorm2d(channels * 4))
        self.add_module("branch", branch)
        shortcut = nn.Sequential()
        if stride != 1 or in_channels != channels * 4:
            shortcut.add_module("conv", nn.Conv2d(in_channels, channels * 4, 1, stride=stride, bias=False))
            shortcut.add_module("bn", nn.BatchNorm2d(channels * 4))
        self.add_module("shortcut", shortcut)
        self.add_module("relu", nn.ReLU(inplace=True))

    def forward(self, input):
        return self.relu(self.shortcut(input).add(self.branch(input)))
