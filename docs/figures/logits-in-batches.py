"""What the figure of one image's logits is made from: a trained stack, and a hundred batches."""

from typing import Any

import torch

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch06_testing import logits_in_batches, stages_of_training

SIZES = (4, 16, 64)


def data() -> dict[str, Any]:
    """Return the logits of two test images, in both modes."""
    network = stages_of_training(seed=0)[-1]
    _, test_loader = make_loaders(load_dataset("digits"), batch_size=64)
    batches = list(test_loader)
    images = torch.cat([images for images, _ in batches])
    labels = torch.cat([labels for _, labels in batches])
    network.eval()
    with torch.no_grad():
        logits = network(images)
    best = logits.topk(2).values
    ahead = best[:, 0] - best[:, 1]
    right = logits.argmax(dim=1) == labels
    chosen = {
        "clear": int(ahead.argmax()),
        "doubtful": int(ahead.where(right, torch.inf).argmin()),
    }
    return {
        name: {
            "label": int(labels[place]),
            "eval": _rounded(logits[place]),
            "train": {str(size): _rounded(_others(network, images, place, size)) for size in SIZES},
        }
        for name, place in chosen.items()
    }


def _others(network: torch.nn.Module, images: torch.Tensor, place: int, size: int) -> torch.Tensor:
    network.train()
    torch.manual_seed(size)
    others = torch.cat([images[:place], images[place + 1 :]])
    return logits_in_batches(network, images[place], others, size)


def _rounded(values: torch.Tensor) -> list[Any]:
    return [
        [round(value, 1) for value in row] if isinstance(row, list) else round(row, 1)
        for row in values.tolist()
    ]
