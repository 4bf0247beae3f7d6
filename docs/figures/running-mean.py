"""What the figure of the running mean is made from: means of one channel in batches of digits."""

from typing import Any

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

BATCHES, SIZES = 80, (8, 64)


def data() -> dict[str, Any]:
    """Return the mean of all digits behind a random convolution, and those of batches by size."""
    random = torch.Generator().manual_seed(11)
    digits = torch.from_numpy(load_digits().images).float().unsqueeze(1)  # (1797, 1, 8, 8)
    channel = F.conv2d(digits / 16, torch.randn(1, 1, 3, 3, generator=random), padding=1)
    of_images = channel.mean(dim=(1, 2, 3))
    means = {}
    for size in SIZES:
        drawn = torch.randint(len(digits), (BATCHES, size), generator=random)
        means[str(size)] = [round(value, 4) for value in of_images[drawn].mean(dim=1).tolist()]
    return {"all": round(of_images.mean().item(), 4), "means": means}
