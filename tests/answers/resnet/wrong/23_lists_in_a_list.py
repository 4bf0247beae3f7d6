# EXPECT: stages-not-registered
# MISTAKE: plain lists
import torch.nn as nn
import torch.nn.functional as F


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn = nn.BatchNorm2d(64)
        self.stages = []
        inputs = 64
        for c, n, s in [
            (64, num_blocks[0], 1),
            (128, num_blocks[1], 2),
            (256, num_blocks[2], 2),
            (512, num_blocks[3], 2),
        ]:
            out = block.expansion * c
            stage = [block(inputs, c, s)]
            stage.extend(block(out, c, 1) for _ in range(n - 1))
            self.stages.append(stage)
            inputs = out
        self.fc = nn.Linear(inputs, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn(self.conv(x))), 3, stride=2, padding=1)
        for stage in self.stages:
            for each in stage:
                x = each(x)
        x = F.adaptive_avg_pool2d(x, 1)
        return self.fc(x.view(x.size(0), -1))
