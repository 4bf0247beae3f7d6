"""What a checkpoint keeps of the training images: it normalizes others alike, and knows its own."""

from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from tutorial_code.ch01_images import channel_statistics
from tutorial_code.data.file_loader import MEAN, STD
from tutorial_code.data.image_files import ImageFiles
from tutorial_code.runs.unusual_images import Statistics, brightness_statistics

SAMPLE = 256  # images on disk whose brightness stands for that of all


class ImageFacts(NamedTuple):
    """The facts, by their names in the checkpoint."""

    mean: list[float]  # of each channel, on the scale 0 to 1
    std: list[float]
    brightness: Statistics
    files: str  # tells the files of one data set on disk from those of another

    def are_of(self, saved: dict[str, Any]) -> bool:
        """Tell whether a checkpoint was made with the same images."""
        now, then = [*self.mean, *self.std], [*saved["mean"], *saved["std"]]
        close = all(abs(a - b) < 1e-5 for a, b in zip(now, then, strict=True))
        return close and self.files == saved.get("files", "")


def facts_of(images: Tensor | ImageFiles) -> ImageFacts:
    """Return the facts of training images (n, 3, h, w), uint8, or of files, n at least 2."""
    if not isinstance(images, ImageFiles):
        return ImageFacts(*channel_statistics(images), brightness_statistics(images), "")
    step = max(1, len(images) // SAMPLE)
    sample = torch.stack([cast(Tensor, images[i]) for i in range(0, len(images), step)])
    return ImageFacts(MEAN, STD, brightness_statistics(sample), images.fingerprint())
