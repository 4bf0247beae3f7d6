"""Exercise: The bottleneck block.

What to write stands here, above each definition. It is explained in chapter 3,
“The bottleneck block”. The page of a chapter folds its solutions away (uv run
mkdocs serve); in the chapter's file the solution stands below the task.
Then check what you wrote: uv run resnet50 check bottleneck
"""

import torch
from torch import Tensor, nn


# Write Bottleneck. You are given in_channels, channels and stride. Build the
# layers in __init__, and decide there whether the shortcut is the identity or a
# projection. forward takes a batch of shape (batch, in_channels, h, w) and
# returns relu(F(x) + shortcut(x)), with 4 · channels channels, and with height
# and width divided by the stride and rounded up. You may name the layers as you
# like: the check compares what your block computes with what the solution
# computes, for several shapes, and names the mistake if there is one.
class Bottleneck(nn.Module):
    """The bottleneck block of ResNet-50: ``relu(F(x) + shortcut(x))``.

    ``F`` is a 1×1 convolution to ``channels``, a 3×3 convolution that carries
    the stride, and a 1×1 convolution to ``4 * channels``; each is followed by
    BatchNorm, the first two also by ReLU. The shortcut is the identity where
    input and output have the same shape, otherwise a 1×1 convolution with
    BatchNorm.

    Source: He et al. 2015, figure 5 (right) and section 4.1, with the stride on
    the 3×3 convolution.

    Args:
        in_channels: channels of the input.
        channels: channels inside the block; the output has four times as many.
        stride: 1 keeps height and width; 2 halves them, rounding up.
    """

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1
    ) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, in_channels, h, w) to (batch, 4 * channels, ceil(h /
        stride), ceil(w / stride)).
        """
        raise NotImplementedError
