"""Whether an image is like those that a network was trained on, judged by its brightness."""

import torch
from torch import Tensor

# In standard deviations of the training images' brightness. Of the real digits and photographs at
# most one in ten thousand lies that far out, and every digit in black on white does
# (benchmarks/rate_of_unusual_images.py).
FAR = 4.0
LEAST_SPREAD = 0.01  # so that a few images of one brightness do not make all others unusual

Statistics = tuple[float, float]  # mean and standard deviation of the training images' brightness


def brightness_of(images: Tensor) -> list[float]:
    """Return the mean of each uint8 image (n, 3, h, w), on the scale 0 to 1."""
    means = [batch.float().mean(dim=(1, 2, 3)) / 255 for batch in images.split(1024)]
    return torch.cat(means).tolist()


def brightness_statistics(images: Tensor) -> Statistics:
    """Return mean and standard deviation of the brightness of uint8 images (n, 3, h, w); n is at
    least 2.
    """
    spread, mean = torch.std_mean(torch.tensor(brightness_of(images)))
    return mean.item(), max(spread.item(), LEAST_SPREAD)


def is_unusual(brightness: float, statistics: Statistics) -> bool:
    """Tell whether an image is far lighter or far darker than the training images."""
    mean, spread = statistics
    return abs(brightness - mean) > FAR * spread


def notice(name: str, brightness: float, statistics: Statistics, inverted: bool) -> str | None:
    """Return a sentence about an unusual image, or None; it offers to invert where that helps.

    Args:
        name: what the image is called.
        brightness: of the image as the network sees it.
        statistics: of the training images.
        inverted: whether the image has already been inverted.
    """
    if not is_unusual(brightness, statistics):
        return None
    mean, spread = statistics
    sentence = (
        f"{name} is far {'lighter' if brightness > mean else 'darker'} than the training images "
        f"(mean {brightness:.2f} against {mean:.2f} ± {spread:.2f}), so its probabilities mean "
        "little"
    )
    if abs(1 - brightness - mean) < abs(brightness - mean):
        change = "try without --invert" if inverted else "try --invert"
        sentence += f"; if light and dark are exchanged in it, {change}"
    return sentence + "."
