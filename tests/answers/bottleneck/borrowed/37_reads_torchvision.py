import inspect

from torch import Tensor, nn
from torchvision.models import resnet

exec(inspect.getsource(resnet.Bottleneck).replace("class Bottleneck", "class Base"), vars(resnet))
Base = resnet.Base


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        shortcut = None
        if stride != 1 or in_channels != 4 * channels:
            shortcut = nn.Sequential(
                nn.Conv2d(in_channels, 4 * channels, 1, stride, bias=False), nn.BatchNorm2d(4 * channels)
            )
        self.block = Base(in_channels, channels, stride, shortcut)

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x)
