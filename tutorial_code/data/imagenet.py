"""ImageNet: the folders of the classification task of 2012, with the names of its classes.

Russakovsky et al., "ImageNet Large Scale Visual Recognition Challenge", 2015: 1,281,167 images to
train and 50,000 to validate, 1,000 classes. Whoever has agreed to its terms gets it from
image-net.org; this project cannot fetch it. A part of it works, too, and so does any folder that is
laid out alike.
"""

import hashlib
from pathlib import Path
from typing import cast

from torch import Tensor

from tutorial_code.ch01_images import ImageData
from tutorial_code.data.image_files import list_files
from tutorial_code.data.image_folder import class_names, is_hidden
from tutorial_code.shared.errors import ReaderError

# SHA-256 of the 1,000 names of the class folders in alphabetical order, one a line
ALL_CLASSES = "385e0240499426c022b773be1ae4da780f057b89c9694c7f47199f62746b6edd"
LAYOUT = "PATH/train/n01440764/ and PATH/val/n01440764/, a folder for each class"


def load_imagenet_data(path: Path) -> ImageData:
    """Return ImageNet; its images stay on disk, as ``ImageFiles`` in the place of tensors.

    Raises:
        ReaderError: the folder is laid out in another way.
    """
    if not path.is_dir():
        raise ReaderError(f"There is no folder {path}: check the path after 'imagenet:'.")
    for split in ("train", "val"):
        _require_class_folders(path, split)
    folders = class_names(path / "train")
    if others := sorted(set(folders) ^ set(class_names(path / "val"))):
        more = ", …" if len(others) > 3 else ""
        raise ReaderError(
            f"{path / 'train'} and {path / 'val'} must hold the same classes, but only one of them "
            f"has {', '.join(others[:3])}{more}: add or remove these folders."
        )
    train, train_labels = list_files(path, "train", folders)
    test, test_labels = list_files(path, "val", folders)
    # Whatever needs no more than a length and an index takes them for tensors.
    images = cast(Tensor, train), cast(Tensor, test)
    names = names_of(folders)
    return ImageData(images[0], train_labels, images[1], test_labels, names, max_shift=0)


def names_of(folders: list[str]) -> tuple[str, ...]:
    """Return the classes in words if the folders are ImageNet's 1,000, and otherwise their names.

    torchvision lists the words in the order of the folders' names.
    """
    if hashlib.sha256("\n".join(folders).encode()).hexdigest() != ALL_CLASSES:
        return tuple(folders)
    from torchvision.models import ResNet50_Weights  # here, because importing it takes long

    return tuple(ResNet50_Weights.IMAGENET1K_V1.meta["categories"])


def _require_class_folders(path: Path, split: str) -> None:
    """Raise an error that says what is there in the place of folders of classes."""
    folder = path / split
    if not folder.is_dir():
        raise ReaderError(f"There is no folder {folder}: the images must be in {LAYOUT}.")
    entries = sorted(entry.name for entry in folder.iterdir() if not is_hidden(entry))
    if any((folder / name).is_dir() for name in entries):
        return
    if any(name.endswith(".tar") for name in entries):
        raise ReaderError(
            f"{folder} holds archives such as {entries[0]}: unpack each into a folder of its name, "
            f"because the images must be in {LAYOUT}."
        )
    if entries:
        raise ReaderError(
            f"{folder} holds files such as {entries[0]} and no folders: move each image into the "
            f"folder of its class, because the images must be in {LAYOUT}."
        )
    raise ReaderError(f"{folder} is empty: the images must be in {LAYOUT}.")
