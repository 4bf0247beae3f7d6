import torch
from torch import Tensor, nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False)
        self.conv3 = nn.Conv2d(channels, channels * 4, kernel_size=1, bias=False)
        self.bn1, self.bn2, self.bn3 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels), nn.BatchNorm2d(channels * 4)
        if stride == 2 or in_channels != channels * 4:
            self.residual = nn.Sequential(
                nn.Conv2d(in_channels, channels * 4, kernel_size=1, stride=stride, bias=False),
                nn.BatchNorm2d(channels * 4),
            )
        else:
            self.residual = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        residual = self.residual(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        x += residual
        return torch.relu_(x)
