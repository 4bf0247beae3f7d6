"""Image files: one file as a tensor, and a folder of them as a data set."""

import os
import warnings
from pathlib import Path
from typing import cast

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from tutorial_code.ch01_images import IMAGE_SIZE, ImageData
from tutorial_code.data.image_cache import read_cached
from tutorial_code.shared.errors import ReaderError


def read_image(path: Path, size: int) -> Tensor:
    """Read any image file as a square RGB tensor of shape (3, size, size), dtype uint8.

    The longer side is cropped around the center, and what remains is resized; see ``open_image``.
    """
    square = ImageOps.fit(open_image(path), (size, size), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(square)).permute(2, 0, 1)


def open_image(path: Path) -> Image.Image:
    """Open any image file as RGB, turned upright by its EXIF orientation, with transparent parts
    white.

    Raises:
        ReaderError: the file is missing, is not an image, or is cut off.
    """
    if not path.is_file():
        raise ReaderError(f"There is no image file {path}: check the path.")
    try:
        with warnings.catch_warnings():
            # Pillow warns about odd metadata; only the pixels matter here.
            warnings.simplefilter("ignore")
            return decode(path)
    except Image.UnidentifiedImageError as error:
        raise ReaderError(f"{path} is not an image: move it elsewhere or delete it.") from error
    except Exception as error:  # a damaged file can fail anywhere in a decoder, with any exception
        raise ReaderError(
            f"{path} is a damaged or cut-off image ({error}): replace it or delete it."
        ) from error


def decode(path: Path, small: bool = False) -> Image.Image:
    """Decode an image file as ``open_image`` does; whatever the decoder raises is passed on.

    Args:
        path: the file.
        small: whether a JPEG may come in an eighth of its size, which is faster; all of the file is
            read all the same.
    """
    with Image.open(path) as image:
        if small:
            image.draft("RGB", (1, 1))
        image.load()  # all of it, before the file is closed
        ImageOps.exif_transpose(image, in_place=True)
        return _to_rgb(image)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and not image.has_transparency_data:
        return image
    if image.mode.startswith(("I", "F")):
        # 16-bit and float images have one channel. Their values are scaled to 0 to 255; a plain
        # convert() would clip it.
        low, high = cast(tuple[float, float], image.getextrema())
        scale = 255 / max(high - low, 1e-12)
        return image.convert("F").point(lambda value: value * scale - low * scale).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def read_folder(path: Path, size: int) -> tuple[Tensor, Tensor, Tensor, Tensor, tuple[str, ...]]:
    """Read ``path/train/<class>/`` and ``path/test/<class>/`` into memory.

    Every image is read now, so that a bad file is named before the training starts and not in the
    middle of it. At 32×32 an image takes 3 kB: CIFAR-10's 60,000 need 184 MB.

    Returns:
        Training images (n, 3, size, size) uint8, training labels (n,) int64, the same for testing,
        and the class names in alphabetical order; a label is an index into them.

    Raises:
        ReaderError: a folder is missing or empty, the two splits have different classes, or a file
            is not a whole image.
    """
    if not path.is_dir():
        raise ReaderError(f"There is no folder {path}: check the path after 'folder:'.")
    names = {split: class_names(path / split) for split in ("train", "test")}
    if names["train"] != names["test"]:
        differing = sorted(set(names["train"]) ^ set(names["test"]))
        raise ReaderError(
            f"{path / 'train'} and {path / 'test'} must hold the same classes, "
            f"but only one of them has {', '.join(differing)}: add or remove these folders."
        )
    train = _read_split(path / "train", names["train"], size)
    test = _read_split(path / "test", names["test"], size)
    return *train, *test, tuple(names["train"])


def class_names(split: Path) -> list[str]:
    """Return the names of the class folders of a split in alphabetical order.

    Raises:
        ReaderError: there are none.
    """
    layout = f"images must be in {split / '<class>'}, a folder for each class"
    if not split.is_dir():
        raise ReaderError(f"There is no folder {split}: {layout}.")
    names = sorted(
        entry.name for entry in split.iterdir() if entry.is_dir() and not is_hidden(entry)
    )
    if not names:
        raise ReaderError(f"{split} holds no class folders: {layout}.")
    return names


def _read_split(split: Path, names: list[str], size: int) -> tuple[Tensor, Tensor]:
    files: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(names):
        entries = (split / name).rglob("*")
        found = sorted(entry for entry in entries if entry.is_file() and not is_hidden(entry))
        if not found:
            raise ReaderError(
                f"The class folder {split / name} is empty: put images in it or remove it."
            )
        files += found
        labels += [label] * len(found)
    return read_cached(files, size, read_image), torch.tensor(labels)


def is_hidden(entry: Path | os.DirEntry[str]) -> bool:
    """Tell whether an entry is hidden, like the files that file browsers leave; it is no error."""
    return entry.name.startswith(".") or entry.name.lower() in {"thumbs.db", "desktop.ini"}


def load_folder_data(path: Path) -> ImageData:
    """Return the images of a folder; see ``read_folder``."""
    return ImageData(*read_folder(path, IMAGE_SIZE), max_shift=4)
