import torch
from torch import Tensor, nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        out_channels = channels * 4
        self.layers = nn.ModuleDict(
            {
                "squeeze": nn.Conv2d(in_channels, channels, (1, 1), bias=False),
                "squeeze_bn": nn.BatchNorm2d(channels),
                "work": nn.Conv2d(channels, channels, (3, 3), (stride, stride), (1, 1), bias=False),
                "work_bn": nn.BatchNorm2d(channels),
                "widen": nn.Conv2d(channels, out_channels, (1, 1), bias=False),
                "widen_bn": nn.BatchNorm2d(out_channels),
            }
        )
        if stride != 1 or in_channels != out_channels:
            self.layers["project"] = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.layers["project_bn"] = nn.BatchNorm2d(out_channels)

    def apply_pair(self, name: str, x: Tensor) -> Tensor:
        return self.layers[name + "_bn"](self.layers[name](x))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = self.apply_pair("project", x) if "project" in self.layers else x
        x = self.apply_pair("squeeze", x).relu()
        x = self.apply_pair("work", x).relu()
        x = self.apply_pair("widen", x)
        return (x + shortcut).relu()
