# EXPECT: probabilities-in-evaluation
# MISTAKE: softmax in eval
import torch
from torch import nn


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.conv1 = nn.LazyConv2d(64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.LazyBatchNorm2d()
        plan = []
        for channels, blocks in zip([64, 128, 256, 512], num_blocks):
            plan += [(channels, 2 if i == 0 and channels != 64 else 1) for i in range(blocks)]
        takes = [64] + [channels * block.expansion for channels, _ in plan]
        self.blocks = nn.Sequential(*(block(t, channels, stride) for t, (channels, stride) in zip(takes, plan)))
        self.fc = nn.LazyLinear(num_classes)
        self.maxpool = nn.MaxPool2d(3, 2, 1)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        x = self.fc(torch.mean(self.blocks(x), (-1, -2)))
        return x if self.training else x.softmax(-1)
