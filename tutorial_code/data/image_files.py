"""Images that stay on disk, in the place of the tensor that holds those of a smaller data set."""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from tutorial_code.ch01_images import ImageData
from tutorial_code.data.image_folder import is_hidden, open_image
from tutorial_code.shared.errors import ReaderError

SIZE = 224  # side in pixels of what the network gets (He et al. 2015, section 3.4)
RESIZED = 256  # the shorter side of a test image before its center is cropped

Box = tuple[float, float, float, float]  # left, upper, right and lower edge in pixels


class ImageFiles:
    """Image files, used as a tensor of images is: it has a length, an index gives an image, and
    several indices give those images.

    The names are one array. Of a list with a million strings every worker would get its own copy
    in the course of an epoch, because looking at an object of Python's changes its count of
    references, and so the memory that the worker has shared until then (PyTorch's issue 13246).

    Args:
        root: the folder that the names are relative to.
        names: (n,), the names as bytes.
        stamps: (n, 2), int64: the size of each file in bytes, and when it was modified.
        unreadable: the names of files that were left out.
    """

    def __init__(
        self, root: Path, names: np.ndarray, stamps: np.ndarray, unreadable: tuple[str, ...] = ()
    ) -> None:
        self.root, self.names, self.stamps = root, names, stamps
        self.unreadable = unreadable

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int | Tensor | Sequence[int]) -> "Tensor | ImageFiles":
        """Return an image as the network is tested on it, (3, 224, 224) uint8, or some files."""
        if isinstance(index, int):
            return read_image(self.path(index))
        chosen = np.asarray(index)
        return ImageFiles(self.root, self.names[chosen], self.stamps[chosen], self.unreadable)

    def name(self, index: int) -> str:
        """Return the name of a file, relative to the root."""
        return os.fsdecode(bytes(self.names[index]))

    def path(self, index: int) -> Path:
        """Return the path of a file."""
        return self.root / self.name(index)

    def fingerprint(self) -> str:
        """Return a text that is another one for other names or other sizes of files."""
        key = hashlib.sha256(b"\0".join(self.names.tolist()))
        key.update(np.ascontiguousarray(self.stamps[:, 0]).tobytes())
        return key.hexdigest()


def list_files(root: Path, split: str, classes: Sequence[str]) -> tuple[ImageFiles, Tensor]:
    """Return the files of ``root/split/<class>/``, and the label of each.

    Raises:
        ReaderError: a class has no files.
    """
    names: list[np.ndarray] = []  # one a class, so that a million objects never are there at once
    stamps: list[np.ndarray] = []
    for name in classes:
        with os.scandir(root / split / name) as entries:
            found = [entry for entry in entries if not is_hidden(entry) and entry.is_file()]
        if not found:
            raise ReaderError(
                f"The class folder {root / split / name} holds no images: put them in it, or "
                "remove it."
            )
        found.sort(key=lambda entry: entry.name)
        names.append(np.array([os.fsencode(f"{split}/{name}/{entry.name}") for entry in found]))
        facts = [entry.stat() for entry in found]
        stamps.append(np.array([(fact.st_size, fact.st_mtime_ns) for fact in facts], np.int64))
    counts = torch.tensor([len(some) for some in names])
    labels = torch.arange(len(classes)).repeat_interleave(counts)
    return ImageFiles(root, np.concatenate(names), np.concatenate(stamps)), labels


def skipped_images(data: ImageData) -> int:
    """Return how many files of a data set were left out because they cannot be read."""
    splits = data.train_images, data.test_images
    return len({name for images in splits for name in getattr(images, "unreadable", ())})


def read_image(path: Path, size: int = SIZE) -> Tensor:
    """Read an image file as the network is tested on it, (3, size, size) uint8.

    The shorter side becomes 256 pixels, and the center of 224×224 is taken.

    Raises:
        ReaderError: the file is missing, is not an image, or is cut off.
    """
    return as_tensor(cut(open_image(path), center_box)).permute(2, 0, 1)


def cut(image: Image.Image, box: Callable[[int, int], Box]) -> Image.Image:
    """Return the part of an image that ``box`` chooses by its width and height, as 224×224."""
    return image.resize((SIZE, SIZE), Image.Resampling.BILINEAR, box=box(*image.size))


def as_tensor(image: Image.Image) -> Tensor:
    """Return an RGB image as a tensor (h, w, 3), uint8."""
    return torch.from_numpy(np.array(image))


def center_box(width: int, height: int) -> Box:
    """Return the part of an image that is its center of 224×224 once its shorter side is 256.

    Its edges are those of torchvision's ``Resize(256)`` and ``CenterCrop(224)``.
    """
    shorter = min(width, height)
    edges = []
    for side in (width, height):
        resized = RESIZED * side // shorter
        first = round((resized - SIZE) / 2)
        edges.append((first * side / resized, min((first + SIZE) * side / resized, side)))
    (left, right), (upper, lower) = edges
    return left, upper, right, lower
