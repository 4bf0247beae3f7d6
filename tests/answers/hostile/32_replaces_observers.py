# EXPECT: not-your-own
# HOSTILE: makes the checker look at the tutorial's own block in its place; the block is wrong
import tutorial_code.checks.observe as observe
from torch import nn
from tutorial_code.ch03_bottleneck import Bottleneck as Right

look = observe.OBSERVERS["network"]
observe.OBSERVERS["network"] = lambda answer, looks: look(Right, looks)


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, 4 * channels, 3, stride=stride, padding=1)

    def forward(self, x):
        return self.conv(x)
