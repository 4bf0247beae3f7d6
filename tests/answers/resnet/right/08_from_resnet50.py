from torch import nn

from tutorial_code.ch04_resnet50 import ResNet50


class ResNet(ResNet50):
    """Chapter 4's network with other stages and another classifier."""

    def __init__(self, block, num_blocks, num_classes=10):
        super().__init__([1, 1, 1, 1], num_classes)
        inputs = 64
        for name, channels, blocks in zip(["conv2_x", "conv3_x", "conv4_x", "conv5_x"], [64, 128, 256, 512], num_blocks):
            stage = nn.Sequential()
            for i in range(blocks):
                stage.append(block(inputs, channels, 2 if i == 0 and channels > 64 else 1))
                inputs = block.expansion * channels
            setattr(self, name, stage)
        self.fc = nn.Linear(inputs, num_classes)
