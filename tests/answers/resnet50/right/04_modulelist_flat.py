from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.norm = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.blocks = nn.ModuleList()
        in_channels = 64
        for channels, count, first_stride in zip((64, 128, 256, 512), num_blocks, (1, 2, 2, 2)):
            for k in range(count):
                self.blocks.append(Bottleneck(in_channels, channels, first_stride if k == 0 else 1))
                in_channels = 4 * channels
        self.head = nn.Linear(in_channels, num_classes)

    def forward(self, x):
        x = self.pool(self.norm(self.conv(x)).relu())
        for block in self.blocks:
            x = block(x)
        x = x.mean(dim=(-2, -1))
        return self.head(x)
