from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out_channels = channels * 4
        self.main = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        # start as the identity (Goyal et al. 2017)
        nn.init.zeros_(self.main[-1].weight)
        if stride != 1 or in_channels != out_channels:
            self.side = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
            )
        else:
            self.side = nn.Identity()

    def forward(self, x):
        return nn.functional.relu(self.side(x) + self.main(x))
