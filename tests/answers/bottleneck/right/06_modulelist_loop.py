import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        widths = [in_channels, channels, channels, 4 * channels]
        kernels = [1, 3, 1]
        strides = [1, stride, 1]
        self.convs = nn.ModuleList()
        self.norms = nn.ModuleList()
        for i in range(3):
            self.convs.append(nn.Conv2d(widths[i], widths[i + 1], kernels[i], strides[i], kernels[i] // 2, bias=False))
            self.norms.append(nn.BatchNorm2d(widths[i + 1]))
        self.needs_projection = stride != 1 or widths[0] != widths[-1]
        if self.needs_projection:
            self.convs.append(nn.Conv2d(widths[0], widths[-1], 1, stride, bias=False))
            self.norms.append(nn.BatchNorm2d(widths[-1]))

    def forward(self, x):
        y = x
        for i in range(3):
            y = self.norms[i](self.convs[i](y))
            if i < 2:
                y = F.relu(y)
        if self.needs_projection:
            x = self.norms[3](self.convs[3](x))
        return F.relu(x + y)
