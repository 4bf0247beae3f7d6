"""What the figure of Grad-CAM is made from: test digits, and their maps for each class."""

from typing import Any

import torch

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch07_results import (
    grad_cam,
    most_confident_misclassified,
    predict,
    train_small_network,
)

DIGITS = (3, 4, 7, 0)
LEVELS = 9  # of a map


def data() -> list[dict[str, Any]]:
    """Return some test digits: label, ink, probabilities, and a map for each class.

    A map is a text of 64 figures, row by row: 9 stands for the largest value of all its classes.
    """
    digits = load_dataset("digits")
    network, _ = train_small_network(digits, seed=0)
    _, test_loader = make_loaders(digits, batch_size=64)
    images = torch.cat([images for images, _ in test_loader])
    likely = predict(network, test_loader, torch.device("cpu"))
    right = likely.argmax(dim=1) == digits.test_labels
    chosen = [int((right & (digits.test_labels == d)).nonzero()[0]) for d in DIGITS]
    chosen += [m.index for m in most_confident_misclassified(likely, digits.test_labels, most=1)]
    return [
        {
            "label": int(digits.test_labels[place]),
            "ink": _ink(digits.test_images[place]),
            "probabilities": [round(p, 3) for p in likely[place].tolist()],
            "maps": _maps(network, images[place]),
        }
        for place in chosen
    ]


def _maps(network: torch.nn.Sequential, image: torch.Tensor) -> list[str]:
    maps = torch.stack([grad_cam(network, network[6], image, target) for target in range(10)])
    scaled = (LEVELS * maps / maps.max().clamp(min=1e-9)).round().int()
    return ["".join(map(str, each.flatten().tolist())) for each in scaled]


def _ink(image: torch.Tensor) -> str:
    """Return how much ink there is at each of the 64 positions of a map, 0 to 9."""
    positions = torch.nn.functional.avg_pool2d(image[:1].float(), 4)[0]
    return "".join(str(round(9 * value / 255)) for value in positions.flatten().tolist())
