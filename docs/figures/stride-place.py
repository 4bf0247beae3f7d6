"""What the figure of the two strides is made from: the positions at which each layer works."""

from typing import Any

import torch
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck


def data() -> list[dict[str, Any]]:
    """Return for each place of the stride the side of each convolution's output, its multiply-adds,
    in the first block of conv3_x on 224×224 pixels.
    """
    found = []
    for place in ("conv2", "conv1"):
        block = Bottleneck(256, 128, stride=2)
        if place == "conv1":
            block.conv1.stride, block.conv2.stride = (2, 2), (1, 1)
        layers = []

        def count(layer: nn.Conv2d, given: Any, output: torch.Tensor, layers=layers) -> None:
            side = output.shape[-1]
            adds = layer.weight.numel() * side * side
            layers.append(
                {
                    "kernel": layer.kernel_size[0],
                    "stride": layer.stride[0],
                    "side": side,
                    "adds": adds,
                }
            )

        for layer in (block.conv1, block.conv2, block.conv3):
            layer.register_forward_hook(count)
        with torch.no_grad():
            block.eval()(torch.zeros(1, 256, 56, 56))
        found.append({"place": place, "layers": layers})
    return found
