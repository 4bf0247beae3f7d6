# EXPECT: stride-before-channels
# MISTAKE: the stride comes second
from torch import nn


class ResNet(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10, zero_init=True):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(64),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
            nn.ReLU(inplace=True),  # the maximum of the ReLUs is the ReLU of the maximum
        )
        channels_in = 64
        channels = 64
        for number_of_stage in range(4):
            stride = 2 if number_of_stage else 1
            for number_of_block in range(num_blocks[number_of_stage]):
                if number_of_block > 0:
                    stride = 1
                name = f"conv{number_of_stage + 2}_{number_of_block + 1}"
                self.features.add_module(name, block(channels_in, stride, channels))
                channels_in = channels * block.expansion
            channels *= 2
        self.pool = nn.AdaptiveAvgPool2d(output_size=1)
        self.classifier = nn.Linear(channels_in, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if zero_init and isinstance(module, block):
                last = [each for each in module.children() if isinstance(each, nn.BatchNorm2d)][-1]
                nn.init.zeros_(last.weight)

    def forward(self, x):
        return self.classifier(self.pool(self.features(x))[:, :, 0, 0])
