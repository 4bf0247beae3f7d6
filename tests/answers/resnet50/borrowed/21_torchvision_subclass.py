from torchvision.models import resnet
class ResNet50(resnet.ResNet):
    def __init__(self, num_blocks=[3,4,6,3], num_classes=10):
        super().__init__(resnet.Bottleneck, list(num_blocks), num_classes)
