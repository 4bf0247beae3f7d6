"""Exercise: Testing.

What to write stands here, above each definition. It is explained in chapter 6,
“Testing”. The page of a chapter folds its solutions away (uv run mkdocs serve);
in the chapter's file the solution stands below the task.
Then check what you wrote: uv run resnet50 check testing
"""

import torch
from torch import nn
from torch.utils.data import DataLoader


# Write evaluate. You are given a model, a loader of test batches, a criterion
# that maps logits and labels to the mean loss of a batch, and the device on
# which the model is. Switch the model to evaluation mode, and keep autograd off
# for as long as the test lasts. Move the images and the labels of each batch to
# the device, as in training. Add up the losses, the right answers and the
# images, and divide once, at the end. Return two plain Python numbers: first
# the mean loss per image, then the accuracy in percent, from 0 to 100.
def evaluate(
    model: nn.Module,
    loader: DataLoader,
    criterion: nn.Module,
    device: torch.device,
) -> tuple[float, float]:
    """Test the model on every batch of the loader, in evaluation mode and with
    autograd off.

    Args:
        model: maps images (batch, 3, h, w) to logits (batch, classes); it is on
            ``device``.
        loader: gives pairs of images and labels (batch,).
        criterion: maps logits and labels to the mean loss of the batch.
        device: where the batches are moved to.

    Returns:
        The mean loss per image, and the accuracy in percent.
    """
    raise NotImplementedError
