"""Exercise: A training that processes share.

What to write stands here, above each definition. It is explained in chapter 12,
“More than one machine”. The page of a chapter folds its solutions away (uv run
mkdocs serve); in the chapter's file the solution stands below the task.
Then check what you wrote: uv run resnet50 check distributed
Where your own make_criterion, make_optimizer and train_one_epoch pass their
check, they are taken here in place of the chapter's.
Where your own evaluate passes its check, it is taken here in place of the
chapter's.
"""

from collections.abc import Sized

from pathlib import Path
from typing import cast
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset, DistributedSampler, Subset

from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch12_machines import rank_and_world_size, mean_over_processes, take_buffers_of_rank_0


# Write train_distributed, the training of all processes. Every process calls it
# with a network and the same data. Given are mean_over_processes and
# take_buffers_of_rank_0 from above, and evaluate of chapter 6. What is to be
# done:
#
# - Wrap the network in DistributedDataParallel, and train by train_one_epoch,
#   with make_criterion() and make_optimizer(model, lr).
# - Each image of train_set is trained on once in an epoch, by one process, in
#   batches of batch_size images for each process. The order is random and
#   another one in each epoch. train_set augments its images by PyTorch's random
#   numbers, and no two processes may draw the same.
# - The rate begins at lr, grows evenly over the steps of the first epoch, and
#   then stays at lr times the number of processes.
# - After each epoch test every image of test_set exactly once, with the running
#   statistics of rank 0.
# - Rank 0 alone writes path after each epoch: the state_dict() of the network
#   under its own names, without the module. that DDP puts before them.
# - When the accuracy has reached goal, stop. All stop, or none.
#
# Return the mean training loss per image and the test accuracy of each epoch,
# over all processes. With one process it is the training that you know.
def train_distributed(
    model: nn.Module,
    train_set: Dataset,
    test_set: Dataset,
    path: Path,
    epochs: int,
    batch_size: int = 64,
    lr: float = 0.04,
    goal: float = 100.0,
) -> list[tuple[float, float]]:
    """Train a network by all processes of the group, and save it.

    Source: Goyal et al. 2017, section 2, for the rate and its warm-up.

    Args:
        model: on the CPU; the weights of rank 0 count.
        train_set: images (3, h, w) and labels, augmented by torch's random
            numbers.
        test_set: images and labels.
        path: of the file of weights, which rank 0 writes after each epoch.
        epochs: at most so many passes over ``train_set``.
        batch_size: training images of a step in each process.
        lr: the learning rate for a single process.
        goal: the accuracy in percent at which the training ends.

    Returns:
        The mean training loss per image and the test accuracy in percent of
        each epoch, over the images of all processes.
    """
    raise NotImplementedError
