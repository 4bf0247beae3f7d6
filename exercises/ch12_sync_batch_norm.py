"""Exercise: BatchNorm over all processes.

What to write stands here, above each definition. It is explained in chapter 12,
“More than one machine”. The page of a chapter folds its solutions away (uv run
mkdocs serve); in the chapter's file the solution stands below the task.
Then check what you wrote: uv run resnet50 check sync_batch_norm
"""

import torch
from torch import Tensor, nn

from tutorial_code.ch12_machines import all_reduce_sum


# Write SyncBatchNorm: nn.BatchNorm2d whose batch is that of all processes. It
# takes the arguments num_features, eps=1e-5 and momentum=0.1, and has the
# parameters of nn.BatchNorm2d and its buffers, the tensors of its state that
# have no gradient, under the same names: weight, bias, running_mean,
# running_var and num_batches_tracked. Given is all_reduce_sum from above. In
# training mode it normalizes each channel by the mean and the variance of all
# values in all processes. It moves the running statistics as nn.BatchNorm2d
# does, by the unbiased variance, whose count is that of all processes. The
# shares may have different sizes, and a process may have no images at all. In
# evaluation mode, and in a single process, it is nn.BatchNorm2d.
class SyncBatchNorm(nn.Module):
    """BatchNorm of maps (batch, channels, h, w) whose batch is that of all
    processes, with the state and the evaluation mode of ``nn.BatchNorm2d``.

    In training every process must call it; the number of its images may differ,
    and may be 0. Source: Ioffe and Szegedy 2015, algorithms 1 and 2.

    Args:
        num_features: channels.
        eps: added to the variance.
        momentum: of the running statistics, the share of the new batch.
    """

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float = 0.1
    ) -> None:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Normalize maps (batch, num_features, h, w) of this process."""
        raise NotImplementedError

    def statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of each channel over all processes,
        (channels,), and move the running ones.
        """
        raise NotImplementedError
