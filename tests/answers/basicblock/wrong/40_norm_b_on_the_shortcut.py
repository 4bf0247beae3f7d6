# EXPECT: shortcut-and-branch-share-norm
# MISTAKE: the projection uses the norm of the branch
from functools import partial

from torch import nn
from torch.nn.functional import relu

conv3 = partial(nn.Conv2d, kernel_size=3, padding=1, bias=False)
conv1 = partial(nn.Conv2d, kernel_size=1, padding=0, bias=False)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv_a = conv3(in_channels, channels, stride=stride)
        self.norm_a = nn.BatchNorm2d(channels)
        self.conv_b = conv3(channels, channels)
        self.norm_b = nn.BatchNorm2d(channels)
        if stride > 1 or in_channels != channels:
            self.shortcut = nn.Sequential(conv1(in_channels, channels, stride=stride), self.norm_b)
        else:
            self.shortcut = None

    def forward(self, x):
        out = relu(self.norm_a(self.conv_a(x)))
        out = self.norm_b(self.conv_b(out))
        if self.shortcut is None:
            return relu(x + out)
        return relu(self.shortcut(x) + out)
