"""Exercise: Training.

Read chapter 5: tutorial_code/ch05_training.py
Then check what you wrote: uv run resnet50 check training
"""

import torch
from torch import nn
from torch.utils.data import DataLoader


# Write make_criterion. It returns an object that is called with logits and
# labels and gives their mean loss.
def make_criterion() -> nn.Module:
    """Return the cross-entropy loss: logits (batch, classes) and labels
    (batch,) to their mean loss, a scalar.
    """
    raise NotImplementedError


# Write make_optimizer. Hand on each of its arguments, and all parameters of the
# model.
def make_optimizer(
    model: nn.Module,
    lr: float = 0.03,
    momentum: float = 0.9,
    weight_decay: float = 5e-4,
) -> torch.optim.Optimizer:
    """Return SGD with momentum and weight decay over all parameters of the
    model.

    Source: He et al. 2015, section 3.4.
    """
    raise NotImplementedError


# Write train_one_epoch: one pass over all batches. It returns the mean loss per
# image. The criterion gives the mean of a batch, and the last batch may be
# smaller. So weight each batch by its size, and divide by the number of images.
#
# Sum up loss.detach(), not loss. The loss holds on to the whole graph of its
# batch; a sum of losses holds on to all of them, and memory grows until it is
# full.
def train_one_epoch(
    model: nn.Module,
    loader: DataLoader,
    criterion: nn.Module,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
) -> float:
    """Train the model on every batch of the loader once, one optimizer step a
    batch.

    Args:
        model: maps images (batch, 3, h, w) to logits (batch, classes); it is on
            ``device``.
        loader: gives pairs of images and labels (batch,).
        criterion: maps logits and labels to the mean loss of the batch.
        optimizer: holds the model's parameters.
        device: where the batches are moved to.

    Returns:
        The mean loss per image, each taken before the step that its batch
        caused.
    """
    raise NotImplementedError
