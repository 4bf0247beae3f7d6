from torchvision.models.resnet import Bottleneck as TV
from torch import nn
class Bottleneck(TV):
    def __init__(self, in_channels, channels, stride=1):
        d=None
        if stride!=1 or in_channels!=4*channels:
            d=nn.Sequential(nn.Conv2d(in_channels,4*channels,1,stride,bias=False),nn.BatchNorm2d(4*channels))
        super().__init__(in_channels,channels,stride,d)
