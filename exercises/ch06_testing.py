"""Exercise: Testing.

Read chapter 6: tutorial_code/ch06_testing.py
Then check what you wrote: uv run resnet50 check testing
"""

import torch
from torch import nn
from torch.utils.data import DataLoader


# Write evaluate: the mean loss per image, and the accuracy in percent. Count
# right answers and images; divide once, at the end. The mean of the batches'
# accuracies is wrong when the last batch is smaller:
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
