# EXPECT: stem-expected-to-expand
# MISTAKE: conv2_x expects 64 * e
import torch
import torch.nn.functional as F
from torch import nn


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.stem_weight = nn.Parameter(torch.empty(64, 3, 7, 7))
        nn.init.kaiming_normal_(self.stem_weight, mode="fan_out", nonlinearity="relu")
        self.stem_norm = nn.BatchNorm2d(64)
        e = getattr(block, "expansion")
        widths = [64 * e, 64 * e, 128 * e, 256 * e, 512 * e]
        self.body = nn.ModuleDict()
        for i in range(4):
            self.body[f"stage{i}"] = nn.Sequential(
                block(widths[i], 64 << i, 1 if i == 0 else 2),
                *[block(widths[i + 1], 64 << i, 1) for _ in range(num_blocks[i] - 1)],
            )
        self.weight = nn.Parameter(torch.empty(num_classes, widths[-1]))
        self.bias = nn.Parameter(torch.zeros(num_classes))
        nn.init.normal_(self.weight, std=0.01)

    def forward(self, x):
        x = F.conv2d(x, self.stem_weight, stride=2, padding=3)
        x = F.max_pool2d(self.stem_norm(x).clamp(min=0), 3, 2, 1)
        for stage in self.body.values():
            x = stage(x)
        return F.linear(x.mean((2, 3)), self.weight, self.bias)
