# EXPECT: stages-differ
# MISTAKE: the stride is on the second block of a stage
from torch import nn
from torch.nn import functional as F


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, (7, 7), (2, 2), (3, 3), bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        cin = 64
        for i in range(4):
            layers = []
            for j in range(num_blocks[i]):
                s = 2 if (i != 0 and j == min(1, num_blocks[i] - 1)) else 1
                layers += [block(cin, 64 << i, s)]
                cin = (64 << i) * block.expansion
            setattr(self, f"layer{i + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.max_pool2d(x, kernel_size=3, stride=2, padding=1)
        for i in range(1, 5):
            x = getattr(self, f"layer{i}")(x)
        x = F.avg_pool2d(x, x.shape[2:])
        return self.fc(x[:, :, 0, 0])
