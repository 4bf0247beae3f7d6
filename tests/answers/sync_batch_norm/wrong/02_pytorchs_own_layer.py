# EXPECT: no-synchronization
from torch import nn


class SyncBatchNorm(nn.BatchNorm2d):
    def forward(self, x):
        return super().forward(x)
