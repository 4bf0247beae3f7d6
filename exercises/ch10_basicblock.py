"""Exercise: The basic block.

What to write stands here, above each definition. It is explained in chapter 10,
“The family”. The page of a chapter folds its solutions away (uv run mkdocs
serve); in the chapter's file the solution stands below the task.
Then check what you wrote: uv run resnet50 check basicblock
"""

import torch
from torch import Tensor, nn


# Write BasicBlock. It takes in_channels, channels and stride, as Bottleneck
# does. Its branch has two 3×3 convolutions to channels channels, the first with
# the stride, both without a bias; each is followed by BatchNorm, and the first
# of these by ReLU. The shortcut is the identity where input and output have the
# same shape, and else a 1×1 convolution with the stride and BatchNorm. ReLU
# comes last, after the addition. Give the class an attribute expansion = 1, as
# chapter 3's Bottleneck has expansion = 4: the next section says what it is
# for.
class BasicBlock(nn.Module):
    """The block of ResNet-18 and ResNet-34: ``relu(F(x) + shortcut(x))``.

    ``F`` is two 3×3 convolutions to ``channels`` channels, the first with the
    stride; each is followed by BatchNorm, the first also by ReLU. The shortcut
    is the identity where input and output have the same shape, otherwise a 1×1
    convolution with BatchNorm.

    Source: He et al. 2015, figure 5 (left), with the projection of section 3.3.

    Args:
        in_channels: channels of the input.
        channels: channels inside the block, and of the output.
        stride: 1 keeps height and width; 2 halves them, rounding up.
    """

    def __init__(
        self, in_channels: int, channels: int, stride: int = 1
    ) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, in_channels, h, w) to (batch, channels, ceil(h /
        stride), ceil(w / stride)).
        """
        raise NotImplementedError
