import torch
import torch.nn as nn

from tutorial_code.ch03_bottleneck import Bottleneck


class ResNet50(nn.Module):
    def __init__(self, num_blocks=[3, 4, 6, 3], num_classes=10):
        super().__init__()
        table = {
            "conv2_x": (64, 64, 1),
            "conv3_x": (256, 128, 2),
            "conv4_x": (512, 256, 2),
            "conv5_x": (1024, 512, 2),
        }
        self.parts = nn.ModuleDict()
        self.parts["conv1"] = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU())
        self.parts["pool"] = nn.MaxPool2d(3, 2, 1)
        for (name, (cin, c, s)), n in zip(table.items(), num_blocks):
            self.parts[name] = nn.Sequential(Bottleneck(cin, c, s), *(Bottleneck(c * 4, c) for _ in range(n - 1)))
        self.classifier = nn.Linear(2048, num_classes)

    def forward(self, x):
        for part in self.parts.values():
            x = part(x)
        n, c, h, w = x.shape
        return self.classifier(x.sum(dim=(2, 3)) / (h * w))
