# EXPECT: multiplied
# MISTAKE: the shortcut is multiplied with the branch instead of added
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.conv3 = nn.Conv2d(channels, channels * 4, 1, bias=False)
        self.bns = nn.ModuleList(nn.BatchNorm2d(c) for c in (channels, channels, channels * 4))
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != channels * 4:
            self.shortcut.append(nn.Conv2d(in_channels, channels * 4, 1, stride, bias=False))
            self.shortcut.append(nn.BatchNorm2d(channels * 4))

    def forward(self, x):
        h = F.relu(self.bns[0](self.conv1(x)))
        h = F.relu(self.bns[1](self.conv2(h)))
        h = self.bns[2](self.conv3(h))
        return F.relu(h * self.shortcut(x))
