# EXPECT: averaged-otherwise
# MISTAKE: the mean is taken over the batch as well
from torch import nn


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(True))
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.blocks = nn.ModuleList()
        width = 64
        for channels, count, stride in zip((64, 128, 256, 512), num_blocks, (1, 2, 2, 2)):
            for index in range(count):
                self.blocks.append(block(width, channels, stride if index == 0 else 1))
                width = channels * block.expansion
        self.head = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.pool(self.stem(x))
        for each in self.blocks:
            x = each(x)
        return self.head(x.mean(dim=(0, 2, 3)))
