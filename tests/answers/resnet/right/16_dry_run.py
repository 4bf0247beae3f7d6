import torch
from torch import nn


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.out_channels = 64
        for i, blocks in enumerate(num_blocks):
            self.grow(block(self.out_channels, 64 * 2**i, min(i + 1, 2)))
            for _ in range(blocks - 1):
                self.grow(block(self.out_channels, 64 * 2**i))
        self.fc = nn.Linear(self.out_channels, num_classes)

    def grow(self, block):
        self.net.append(block)
        with torch.no_grad():  # how many channels does it give?
            block.eval()
            self.out_channels = block(torch.zeros(1, self.out_channels, 2, 2)).shape[1]
            block.train()

    def forward(self, x):
        return self.fc(self.net(x).mean((2, 3)))
