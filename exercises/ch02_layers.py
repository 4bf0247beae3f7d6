"""Exercise: Convolution and BatchNorm.

What to write stands here, above each definition. It is explained in chapter 2,
“Three layers”. The page of a chapter folds its solutions away (uv run mkdocs
serve); in the chapter's file the solution stands below the task.
Then check what you wrote: uv run resnet50 check layers
"""

import torch
import torch.nn.functional as F
from torch import Tensor


# Write conv2d. It takes a batch of images and a set of kernels and returns what
# F.conv2d returns, for any stride and any padding. Loop over the places of the
# window, or find another way. PyTorch's own convolutions are not allowed; F.pad
# and F.unfold are.
def conv2d(
    x: Tensor, weight: Tensor, stride: int = 1, padding: int = 0
) -> Tensor:
    """Convolve a batch of images with a set of kernels.

    Args:
        x: the images, (batch, in_channels, height, width).
        weight: the kernels, (out_channels, in_channels, kernel, kernel).
        stride: how many positions the window moves at a time, in both
            directions.
        padding: how many rows and columns of zeros surround the image, on each
            of its four sides.

    Returns:
        A new tensor, (batch, out_channels, rows, columns). rows is
        (height + 2 * padding - kernel) // stride + 1; columns likewise.
    """
    raise NotImplementedError


# Write batch_statistics. It takes a batch and returns two tensors of shape
# (channels,): the mean of each channel, and its biased variance. The sum of the
# squares is divided by their number, not by one less.
def batch_statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and variance of each channel, over images and positions.

    Args:
        x: a batch, (batch, channels, height, width).

    Returns:
        The means and the biased variances, (channels,) each.
    """
    raise NotImplementedError


# Write batch_norm. It normalizes a batch with the means and variances that it
# is given, whatever those of the batch are, and then scales and shifts each
# channel. eps is added to the variance. PyTorch's own BatchNorm is not allowed.
def batch_norm(
    x: Tensor,
    mean: Tensor,
    var: Tensor,
    weight: Tensor,
    bias: Tensor,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize each channel, then scale and shift it.

    Args:
        x: a batch, (batch, channels, height, width).
        mean: what is subtracted from each channel, (channels,).
        var: the variance of each channel, (channels,).
        weight: the scale of each channel, (channels,).
        bias: the shift of each channel, (channels,).
        eps: a small number that is added to the variance, so that nothing is
            divided by zero.

    Returns:
        A new tensor of the shape of x.
    """
    raise NotImplementedError
