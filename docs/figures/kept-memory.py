"""What the figure of memory is made from: the bytes that autograd keeps of one image."""

from typing import Any

import torch

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch06_testing import kept_by_part

SIZES = (32, 224)


def data() -> dict[str, Any]:
    """Return the bytes of each part of ResNet-50, for an image of each size, and of its weights."""
    network = ResNet50().eval()
    kept = {size: _of_one_image(network, size) for size in SIZES}
    return {
        "parts": list(kept[SIZES[0]]),
        "bytes": {str(size): list(each.values()) for size, each in kept.items()},
        "weights": sum(p.numel() * p.element_size() for p in network.parameters()),
    }


def _of_one_image(network: ResNet50, size: int) -> dict[str, int]:
    """Return what a second image adds, so that what every batch has once is not counted."""
    one, two = (kept_by_part(network, torch.zeros(count, 3, size, size)) for count in (1, 2))
    return {name: two[name] - one[name] for name in one}
