import torch
from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        widths, strides = [in_channels, channels, channels], [stride, 1]
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, kernel_size=3, stride=s, padding=1, bias=False)
            for a, b, s in zip(widths[:-1], widths[1:], strides)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(n) for n in widths[1:])
        self.proj = nn.ModuleList()
        if (in_channels, 1) != (channels, stride):
            self.proj.append(nn.Conv2d(in_channels, channels, kernel_size=1, stride=stride, bias=False))
            self.proj.append(nn.BatchNorm2d(channels))

    def forward(self, x):
        out = x
        for number, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            if number > 0:
                out = torch.relu(out)
            out = norm(conv(out))
        for layer in self.proj:
            x = layer(x)
        return torch.relu(out + x)
