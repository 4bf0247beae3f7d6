"""What the figure of batch accuracies is made from: the test images that a small network misses."""

from typing import Any

import torch

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch06_testing import stages_of_training


def data() -> dict[str, Any]:
    """Return how many test images there are, and which of them are misclassified."""
    network = stages_of_training(seed=1)[-2].eval()
    _, test_loader = make_loaders(load_dataset("digits"), batch_size=64)
    with torch.no_grad():
        wrong = torch.cat(
            [network(images).argmax(dim=1) != labels for images, labels in test_loader]
        )
    return {"images": len(wrong), "wrong": wrong.nonzero().flatten().tolist()}
