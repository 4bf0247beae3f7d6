"""A network's results on its test images: written to the run's folder, and read from there."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from tutorial_code.ch01_images import ImageData
from tutorial_code.ch07_results import (
    Misclassified,
    count_confusions,
    most_confident_misclassified,
)
from tutorial_code.runs import run_files
from tutorial_code.shared.errors import ReaderError


class Results(NamedTuple):
    """What the report shows in addition to the metrics."""

    classes: tuple[str, ...]
    logits: Tensor  # (n, classes), float32, on the CPU
    confusions: list[list[int]]  # rows: true classes
    misclassified: list[Misclassified]  # the most confident first
    images: Tensor  # the test images (n, 3, h, w), uint8


@torch.no_grad()
def logits_of(model: nn.Module, test_loader: Iterable, device: torch.device) -> Tensor:
    """Return the logits of a network for all test images, (n, classes), on the CPU."""
    model.eval()
    return torch.cat([model(images.to(device)).cpu() for images, _ in test_loader])


def results_from(logits: Tensor, data: ImageData) -> Results:
    """Return confusions and misclassified images, from logits (n, classes) of the test images."""
    logits = logits.float()
    confusions = count_confusions(logits, data.test_labels)
    misclassified = most_confident_misclassified(logits.softmax(dim=1), data.test_labels)
    return Results(data.classes, logits, confusions, misclassified, data.test_images)


def write_results(folder: Path, results: Results) -> None:
    """Write the accuracy of each class with the confusion matrix, and the logits, into a run."""
    # The held-out images may contain none of a class.
    accuracies = [
        100 * row[label] / sum(row) if sum(row) else None
        for label, row in enumerate(results.confusions)
    ]
    values = {
        "classes": results.classes,
        "accuracy": accuracies,
        "confusions": results.confusions,
    }
    run_files.write_json(folder / run_files.CLASSES, values)
    logits = results.logits.numpy()
    run_files.write_atomically(
        folder / run_files.LOGITS, lambda file: np.save(file, logits, allow_pickle=False)
    )


def read_results(folder: Path, data: ImageData) -> Results:
    """Return what ``write_results`` wrote, with the images that it describes.

    Raises:
        ReaderError: a file is missing or damaged, or the data set is not that of the run.
    """
    try:
        written = json.loads((folder / run_files.CLASSES).read_text(encoding="utf-8"))
        logits = torch.from_numpy(np.load(folder / run_files.LOGITS, allow_pickle=False))
        expected = len(data.test_labels), len(data.classes)
        if written["classes"] != list(data.classes) or tuple(logits.shape) != expected:
            raise ReaderError(
                f"The images are not those that the run in {folder} was tested on: restore them."
            )
        return results_from(logits, data)._replace(confusions=written["confusions"])
    except FileNotFoundError as error:
        raise ReaderError(
            f"{folder} holds no finished run (no {Path(error.filename).name}): train first, or "
            "finish it with --resume."
        ) from error
    except (ValueError, TypeError, KeyError, EOFError) as error:
        raise ReaderError(
            f"A file of {folder} is damaged ({error}): train again in a new folder."
        ) from error
