"""Exercise: The family of ResNets.

What to write stands here, above each definition. It is explained in chapter 10,
“The family”. The page of a chapter folds its solutions away (uv run mkdocs
serve); in the chapter's file the solution stands below the task.
Then check what you wrote: uv run resnet50 check resnet
Where your own Bottleneck passes its check, it is taken here in place of the
chapter's.
Where your own BasicBlock passes its check, it is taken here in place of the
chapter's.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch10_family import BasicBlock


# Write ResNet. Its constructor takes block, a class such as BasicBlock or
# Bottleneck, num_blocks, the blocks in each of the four stages, and
# num_classes. Stem, strides and classifier are those of chapter 4, and so are
# the channels inside the blocks: 64, 128, 256 and 512 in the four stages. A
# block is made by block(in_channels, channels, stride) and gives
# block.expansion * channels channels. Name the layers as you like.
class ResNet(nn.Module):
    """A residual network: a stem, four stages of blocks, average pooling and a
    linear classifier.

    Source: He et al. 2015, table 1, with the stride of a bottleneck on its 3×3
    convolution.

    Args:
        block: the class of the blocks, called as ``block(in_channels, channels,
            stride)``; its attribute ``expansion`` says how many channels it
            gives for each of ``channels``.
        num_blocks: blocks in conv2_x, conv3_x, conv4_x and conv5_x.
        num_classes: logits for each image.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        num_blocks: Sequence[int],
        num_classes: int = 10,
    ) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Map images (batch, 3, h, w) to logits (batch, num_classes)."""
        raise NotImplementedError
