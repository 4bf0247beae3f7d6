import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, bias=False)  # padded by hand in forward
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, channels * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels * 4)
        self.same_shape = stride == 1 and in_channels == 4 * channels
        if not self.same_shape:
            self.proj = nn.Conv2d(in_channels, channels * 4, 1, bias=False)
            self.proj_bn = nn.BatchNorm2d(channels * 4)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.pad(out, (1, 1, 1, 1))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if not self.same_shape:
            # a 1x1 convolution with stride s only looks at every s-th pixel
            x = self.proj_bn(self.proj(x[:, :, :: self.stride, :: self.stride]))
        return F.relu(out + x)
