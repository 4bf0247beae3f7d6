# EXPECT: relu-before-and-after-addition
# MISTAKE: the loop applies ReLU after both norms
import torch.nn as nn
import torch.nn.functional as F


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super(BasicBlock, self).__init__()
        for i, (cin, s) in enumerate([(in_channels, stride), (channels, 1)], start=1):
            setattr(self, f"conv{i}", nn.Conv2d(cin, channels, 3, s, 1, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(channels))
        self.project = stride != 1 or in_channels != channels
        if self.project:
            self.conv3 = nn.Conv2d(in_channels, channels, 1, stride, bias=False)
            self.bn3 = nn.BatchNorm2d(channels)

    def forward(self, x):
        out = x
        for i in (1, 2):
            out = getattr(self, f"conv{i}")(out)
            out = getattr(self, f"bn{i}")(out)
            out = F.relu(out)
        if self.project:
            x = self.bn3(self.conv3(x))
        return F.relu(out + x)
