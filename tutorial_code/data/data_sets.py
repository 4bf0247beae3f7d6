"""The data sets that ``--data`` takes: one entry for each; help and error messages follow.

A new data set is a file in this folder and an entry here. Nothing here imports torch, because the
help of the command line is made from it, too.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tutorial_code.shared.errors import ReaderError


class DataSet(NamedTuple):
    """One kind of data."""

    name: str  # as --data takes it; followed by a colon and a path where it needs one
    about: str
    module: str  # whose function ``load`` returns the images, see ``load`` below
    function: str
    mirror: bool  # whether a mirrored image keeps its class
    needs_path: bool = False  # the images are the reader's own
    on_disk: bool = True  # it is read from the path, or else from the folder with downloads
    in_memory: bool = True  # or its images stay on disk, as ``ImageFiles``
    image_size: int = 32  # side in pixels of the images that a network gets
    reader: str = "tutorial_code.data.image_folder"  # the module whose ``read_image`` reads others

    @property
    def usage(self) -> str:
        """What is written after --data."""
        return f"{self.name}:PATH" if self.needs_path else self.name

    def load(self, place: Path) -> Any:
        """Return the images, an ``ImageData`` of chapter 1.

        Args:
            place: the path after the colon, or else the folder in which downloads are kept.
        """
        function: Callable[..., Any] = getattr(importlib.import_module(self.module), self.function)
        return function(place) if self.on_disk else function()

    def read_image(self, path: Path) -> Any:
        """Return any image file as a network of this data set gets it in a test, a tensor
        (3, image_size, image_size) uint8.
        """
        return importlib.import_module(self.reader).read_image(path, self.image_size)


DATA_SETS = (
    DataSet(
        "digits",
        "1,797 handwritten digits that come with scikit-learn",
        "tutorial_code.ch01_images",
        "load_digits_data",
        mirror=False,  # a mirrored 3 is not a digit
        on_disk=False,
    ),
    DataSet(
        "cifar10",
        "60,000 photographs of ten kinds of things, downloaded once, 170 MB",
        "tutorial_code.data.cifar10",
        "load_cifar10_data",
        mirror=True,
    ),
    DataSet(
        "folder",
        "your own images, in PATH/train/CLASS/ and PATH/test/CLASS/",
        "tutorial_code.data.image_folder",
        "load_folder_data",
        mirror=False,  # it is unknown what they show: --mirror allows mirroring
        needs_path=True,
    ),
    DataSet(
        "imagenet",
        "photographs in PATH/train/n01440764/ and so on, and in PATH/val/, which stay on disk",
        "tutorial_code.data.imagenet",
        "load_imagenet_data",
        mirror=True,
        needs_path=True,
        in_memory=False,
        image_size=224,
        reader="tutorial_code.data.image_files",
    ),
)


def usages(conjunction: str = "or") -> str:
    """Return what --data takes, in words."""
    *others, last = (data_set.usage for data_set in DATA_SETS)
    return f"{', '.join(others)} {conjunction} {last}"


def find_data_set(spec: str) -> tuple[DataSet, Path | None]:
    """Return the entry that a text such as ``folder:PATH`` names, and its path if it has one.

    Raises:
        ReaderError: there is no such data set.
    """
    name, colon, path = spec.partition(":")
    for data_set in DATA_SETS:
        if data_set.name == name and bool(colon) == data_set.needs_path:
            return data_set, Path(path) if colon else None
    raise ReaderError(f"There is no data set {spec!r}: choose {usages()}.")
