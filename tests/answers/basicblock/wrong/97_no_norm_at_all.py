# EXPECT: no-norm
# MISTAKE: no BatchNorm anywhere
import torch.nn as nn
import torch.nn.functional as F


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super(BasicBlock, self).__init__()
        for i, (cin, s) in enumerate([(in_channels, stride), (channels, 1)], start=1):
            setattr(self, f"conv{i}", nn.Conv2d(cin, channels, 3, s, 1, bias=False))
        self.project = stride != 1 or in_channels != channels
        if self.project:
            self.conv3 = nn.Conv2d(in_channels, channels, 1, stride, bias=False)

    def forward(self, x):
        out = x
        for i in (1, 2):
            out = getattr(self, f"conv{i}")(out)
            if i == 1:
                out = F.relu(out)
        if self.project:
            x = self.conv3(x)
        return F.relu(out + x)
