from torch import nn

from tutorial_code.ch02_bottleneck import Bottleneck


def blocks(num_blocks):
    cin = 64
    for stage, n in enumerate(num_blocks):
        c = 64 << stage
        for i in range(n):
            yield Bottleneck(cin, c, 2 if (stage and not i) else 1)
            cin = c << 2


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(True),
            nn.MaxPool2d(3, 2, 1),
            *blocks(num_blocks),
        )
        self.classifier = nn.Linear(512 * 4, num_classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean(-1).mean(-1))
