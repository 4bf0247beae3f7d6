"""Which images a run trains and tests on: a data set, some of its classes, a validation split."""

from collections.abc import Sequence

import torch

from tutorial_code.ch01_images import ImageData, load_dataset
from tutorial_code.data.readable_images import without_unreadable
from tutorial_code.runs.config import Config
from tutorial_code.shared.errors import ReaderError


def load_data(config: Config) -> ImageData:
    """Load the images that a run trains and tests on."""
    data = load_dataset(config.data, mirror=config.may_mirror)
    if config.classes:
        data = only_classes(data, config.classes.split(","))
    if not config.in_memory:
        data = without_unreadable(data, config.skip_unreadable)
    return use_validation_split(data, config.val_size, config.seed) if config.val_size else data


def only_classes(data: ImageData, names: Sequence[str]) -> ImageData:
    """Return the images of some classes, which are numbered in the order of their names.

    Raises:
        ReaderError: the data have no such class, or there is nothing to tell apart.
    """
    if unknown := [name for name in names if name not in data.classes]:
        raise ReaderError(
            f"--classes names {unknown[0]!r}, which is none of {', '.join(data.classes)}: separate "
            "the classes by commas."
        )
    if len(set(names)) < max(2, len(names)):
        raise ReaderError("--classes needs at least two different classes, separated by commas.")
    numbers = [data.classes.index(name) for name in names]
    new = torch.full((len(data.classes),), -1)
    new[numbers] = torch.arange(len(names))
    train, test = new[data.train_labels], new[data.test_labels]
    return data._replace(
        train_images=data.train_images[train >= 0],
        train_labels=train[train >= 0],
        test_images=data.test_images[test >= 0],
        test_labels=test[test >= 0],
        classes=tuple(names),
    )


def use_validation_split(data: ImageData, count: int, seed: int) -> ImageData:
    """Return the data with ``count`` training images, drawn by the seed, in place of the test set.

    Raises:
        ReaderError: too few images would be left to train on.
    """
    images, labels = data.train_images, data.train_labels
    if count > len(labels) - 2:
        raise ReaderError(
            f"--val-size {count} leaves nothing to train on: choose fewer than {len(labels)}."
        )
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    held_out, kept = order[:count], order[count:]
    return data._replace(
        train_images=images[kept],
        train_labels=labels[kept],
        test_images=images[held_out],
        test_labels=labels[held_out],
    )
