# EXPECT: second-conv-takes-in-channels
# MISTAKE: the second convolution expects what the first one expects
import torch
import torch.nn as nn
import torch.nn.functional as F


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, bias=False)  # padded in forward
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(in_channels, channels, 3, padding="same", bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        if stride != 1 or in_channels != channels:
            self.proj = nn.Conv2d(in_channels, channels, 1, bias=False)
            self.proj_bn = nn.BatchNorm2d(channels)

    def shortcut(self, x):
        if not hasattr(self, "proj"):
            return x
        # a 1x1 convolution with stride s only looks at every s-th pixel
        return self.proj_bn(self.proj(x[..., :: self.stride, :: self.stride]))

    def forward(self, x):
        out = self.conv1(F.pad(x, (1, 1, 1, 1)))
        out = self.bn1(out).clamp(min=0)
        out = self.bn2(self.conv2(out))
        return torch.add(out, self.shortcut(x)).clamp(min=0)
