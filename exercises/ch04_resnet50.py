"""Exercise: ResNet-50.

What to write stands here, above each definition. It is explained in chapter 4,
“ResNet-50”. The page of a chapter folds its solutions away (uv run mkdocs
serve); in the chapter's file the solution stands below the task.
Then check what you wrote: uv run resnet50 check resnet50
Where your own Bottleneck passes its check, it is taken here in place of the
chapter's.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tutorial_code.ch03_bottleneck import Bottleneck


# Write ResNet50. Its constructor takes num_blocks, the blocks in each of the
# four stages, and num_classes, the number of logits. forward takes images of
# shape (batch, 3, height, width) and returns logits of shape (batch,
# num_classes). You have Bottleneck from chapter 3; everything else comes from
# torch.nn.
#
# Build the stages in a loop or write them out, as you like. Keep track of
# in_channels, and create a new block each time: one block listed six times is
# one block with one set of weights. Name the layers as you like; only to load
# torchvision's weights later do they need the names of this chapter.
class ResNet50(nn.Module):
    """ResNet-50: a stem, four stages of bottleneck blocks, average pooling and
    a linear classifier.

    Source: He et al. 2015, table 1, column "50-layer", with the stride on the
    3×3 convolutions.

    Args:
        num_blocks: blocks in conv2_x, conv3_x, conv4_x and conv5_x. Other
            numbers give other depths.
        num_classes: logits for each image.
    """

    def __init__(
        self, num_blocks: Sequence[int] = [3, 4, 6, 3], num_classes: int = 10
    ) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Map images (batch, 3, h, w) to logits (batch, num_classes)."""
        raise NotImplementedError
