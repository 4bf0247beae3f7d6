"""Exercise: Training.

What to write stands here, above each definition. It is explained in chapter 5,
“Training”. The page of a chapter folds its solutions away (uv run mkdocs
serve); in the chapter's file the solution stands below the task.
Then check what you wrote: uv run resnet50 check training
"""

import torch
from torch import nn
from torch.utils.data import DataLoader


# Write make_criterion. It takes nothing and returns an object that is called
# with logits of shape (batch, classes) and labels of shape (batch,), and gives
# their mean cross-entropy.
def make_criterion() -> nn.Module:
    """Return the cross-entropy loss: logits (batch, classes) and labels
    (batch,) to their mean loss, a scalar.
    """
    raise NotImplementedError


# Write make_optimizer. It takes a model and three settings, and returns
# PyTorch's SGD over all parameters of the model, with each of the settings
# passed on. model.parameters() gives the parameters.
def make_optimizer(
    model: nn.Module,
    lr: float = 0.03,
    momentum: float = 0.9,
    weight_decay: float = 5e-4,
) -> torch.optim.Optimizer:
    """Return SGD with momentum and weight decay over all parameters of the
    model.

    Source: He et al. 2015, section 3.4, with another rate and decay.
    """
    raise NotImplementedError


# Write train_one_epoch: it trains a model on every batch of a loader once, and
# returns the mean loss per image as a plain number. You are given the model,
# the loader, the criterion, the optimizer and the device. Begin with training
# mode, move each batch to the device, and take the five steps in order.
#
# The criterion gives the mean of a batch, and the last batch may be smaller.
# Four images with a mean loss of 1 and one image with a loss of 3 have a mean
# of 1.4 per image, and not of 2. So multiply each batch's loss by its number of
# images, and divide by the number of all images at the end.
#
# Add up loss.detach() or loss.item(), not loss itself, which would hold on to
# more than a number.
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
