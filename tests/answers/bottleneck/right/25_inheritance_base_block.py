import torch.nn as nn
import torch.nn.functional as F


class ResidualBlock(nn.Module):
    """Base class: subclasses say what F is."""

    def __init__(self, cin, cout, stride):
        super().__init__()
        self.F = self.make_f(cin, cout, stride)
        self.G = None
        if cin != cout or stride != 1:
            self.G = nn.Sequential(
                nn.Conv2d(cin, cout, kernel_size=1, stride=stride, padding=0, bias=False),
                nn.BatchNorm2d(cout, eps=1e-5, momentum=0.1),
            )

    def make_f(self, cin, cout, stride):
        raise NotImplementedError

    def forward(self, x):
        g = x if self.G is None else self.G(x)
        return F.relu(self.F(x) + g)


class Bottleneck(ResidualBlock):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, 4 * channels, stride)

    def make_f(self, cin, cout, stride):
        mid = cout // 4
        return nn.Sequential(
            nn.Conv2d(cin, mid, kernel_size=1, bias=False),
            nn.BatchNorm2d(mid, eps=1e-5, momentum=0.1),
            nn.ReLU(inplace=True),
            nn.Conv2d(mid, mid, kernel_size=3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(mid, eps=1e-5, momentum=0.1),
            nn.ReLU(inplace=True),
            nn.Conv2d(mid, cout, kernel_size=1, bias=False),
            nn.BatchNorm2d(cout, eps=1e-5, momentum=0.1),
        )
