"""Images per second of loading photographs from disk, beside torchvision's own loading.

Both read the same folder with the same number of workers, in alternation, so that a busy machine
slows both; what counts is the ratio. torchvision's is an ``ImageFolder`` with the transforms of its
reference training (references/classification). Without ``--data`` the folder is made: photographs
of 500×375 pixels and some 110 kB, as ImageNet has them.

    uv run python benchmarks/loading.py [--data PATH] [--workers 2] [--rounds 5] [--images 512]

Beside images per second it prints the processor time of an image in all processes, which depends
less on what else the machine does.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_sample_image
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from tutorial_code.ch01_images import load_dataset
from tutorial_code.data.file_loader import MEAN, STD, make_file_loaders
from tutorial_code.data.readable_images import unreadable

BATCH = 64
TO_NUMBERS = [
    transforms.PILToTensor(),
    transforms.ConvertImageDtype(torch.float),
    transforms.Normalize(MEAN, STD),
]
FOR_TRAINING = [transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip(), *TO_NUMBERS]
FOR_TESTING = [transforms.Resize(256), transforms.CenterCrop(224), *TO_NUMBERS]


def make_photographs(root: Path, count: int) -> None:
    """Write ``count`` photographs to train and as many to test, cut from two that scikit-learn has.

    Grain makes them as large as ImageNet's are in bytes.
    """
    draw = np.random.default_rng(0)
    sources = [Image.fromarray(load_sample_image(name)) for name in ("flower.jpg", "china.jpg")]
    for split in ("train", "val"):
        for number in range(count):
            label = number % 2
            folder = root / split / f"class{label}"
            folder.mkdir(parents=True, exist_ok=True)
            left, upper = draw.integers(0, 120), draw.integers(0, 40)
            part = sources[label].crop((left, upper, left + 520, upper + 387)).resize((500, 375))
            pixels = np.asarray(part) + draw.normal(0, 9, (375, 500, 1))
            image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
            image.save(folder / f"{number:05}.JPEG", quality=95)


def time_an_epoch(loader: DataLoader) -> tuple[float, float]:
    """Return images per second, and the milliseconds of processor time of an image."""
    begin, used = time.perf_counter(), processor_seconds()
    images = sum(len(labels) for _, labels in loader)
    seconds = time.perf_counter() - begin
    return images / seconds, 1000 * (processor_seconds() - used) / images


def processor_seconds() -> float:
    """Return the processor time of this process and of its workers that have ended."""
    ended = os.times()  # which counts in hundredths of a second
    return time.process_time() + ended.children_user + ended.children_system


def loaders(
    root: Path, split: str, workers: int
) -> tuple[Callable[[], DataLoader], Callable[[], DataLoader]]:
    """Return what makes our loader of a split, and what makes torchvision's."""
    data = load_dataset(f"imagenet:{root}")
    steps = FOR_TRAINING if split == "train" else FOR_TESTING

    def ours() -> DataLoader:
        return make_file_loaders(data, BATCH, workers=workers)[split == "val"]

    def theirs() -> DataLoader:
        folder = ImageFolder(str(root / split), transforms.Compose(steps))
        return DataLoader(folder, BATCH, shuffle=split == "train", num_workers=workers)

    return ours, theirs


def compare(root: Path, workers: int, rounds: int) -> list[dict[str, float | str]]:
    """Return a row for each split: medians of both, and the ratios of ours to theirs."""
    rows: list[dict[str, float | str]] = []
    for split in ("train", "val"):
        makers = loaders(root, split, workers)
        for make in makers:
            time_an_epoch(make())  # the files come into the cache of the system
        found = [[time_an_epoch(make()) for make in makers] for _ in range(rounds)]
        speed, used = ([[result[kind] for result in turn] for turn in found] for kind in (0, 1))
        ours, theirs = (statistics.median(turn[i] for turn in speed) for i in (0, 1))
        our_ms, their_ms = (statistics.median(turn[i] for turn in used) for i in (0, 1))
        rows.append(
            {
                "split": split,
                "ours": ours,
                "torchvision": theirs,
                "speed": statistics.median(a / b for a, b in speed),
                "our ms": our_ms,
                "torchvision's ms": their_ms,
                "processor time": statistics.median(a / b for a, b in used),
            }
        )
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="in train/CLASS/ and val/CLASS/")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=512, help="that are made, for each split")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        root = arguments.data or Path(made)
        if not arguments.data:
            make_photographs(root, arguments.images)
        rows = compare(root, arguments.workers, arguments.rounds)
        print("  ".join(f"{name:>16}" for name in rows[0]))
        for row in rows:
            cells = (f"{cell:.2f}" if isinstance(cell, float) else cell for cell in row.values())
            print("  ".join(f"{cell:>16}" for cell in cells))
        files = load_dataset(f"imagenet:{root}").train_images
        used = processor_seconds()
        unreadable(files)
        ms = 1000 * (processor_seconds() - used) / len(files)
        print(f"looking whether an image can be read: {ms:.2f} ms of processor time")


if __name__ == "__main__":
    main()
