"""The counts of ResNet-50 that figures and pages show: they come from the network itself."""

from functools import cache

import torch

from tutorial_code.ch04_resnet50 import GroupCount, ResNet50, count_groups

SIZE, CLASSES = 224, 1000  # as the paper uses it


@cache
def groups() -> list[GroupCount]:
    """Return the counts of each group of ResNet-50."""
    with torch.no_grad():
        return count_groups(ResNet50(num_classes=CLASSES), SIZE)
