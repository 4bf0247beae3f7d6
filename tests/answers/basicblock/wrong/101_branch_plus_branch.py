# EXPECT: branch-added-to-itself
# MISTAKE: the branch is added to itself instead of to the shortcut
from torch import nn
from torch.nn import functional as F


class BasicBlock(nn.Module):
    """The Residual block of D2L."""

    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        use_1x1conv = in_channels != channels or stride > 1
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=3, padding=1, stride=stride, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False)
        if use_1x1conv:
            self.conv3 = nn.Conv2d(in_channels, channels, kernel_size=1, stride=stride, bias=False)
            self.bn3 = nn.BatchNorm2d(channels)
        else:
            self.conv3 = None
        self.bn1 = nn.BatchNorm2d(channels)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, X):
        Y = F.relu(self.bn1(self.conv1(X)))
        Y = self.bn2(self.conv2(Y))
        if self.conv3:
            X = self.bn3(self.conv3(X))
        Y += Y
        return F.relu(Y)
