"""The recorded training on photographs whose result the figures of chapter 7 take apart."""

import numpy as np
import torch
from torch import Tensor

from tutorial_code.runs import run_files
from tutorial_code.shared.tables import RecordedRun, recorded_run

NAME = "exercise-cpu"  # of the folder in runs/; its test images are in the order of their classes


def run() -> RecordedRun:
    """Return the recorded run."""
    return recorded_run(NAME)


def classes() -> list[str]:
    """Return the names of the classes."""
    return run().read(run_files.CLASSES)["classes"]


def confusions() -> list[list[int]]:
    """Return the confusion matrix: rows are true classes."""
    return run().read(run_files.CLASSES)["confusions"]


def logits_and_labels() -> tuple[Tensor, Tensor]:
    """Return the logits of all test images, (n, classes), and their classes, (n,).

    Raises:
        ValueError: the images are not in the order of their classes.
    """
    logits = torch.from_numpy(np.load(run().folder / run_files.LOGITS)).float()
    counts = torch.tensor([sum(row) for row in confusions()])
    labels = torch.arange(len(counts)).repeat_interleave(counts)
    right = int((logits.argmax(dim=1) == labels).sum())
    if right != sum(row[place] for place, row in enumerate(confusions())):
        raise ValueError(f"the logits of {NAME} are in another order than that of the classes")
    return logits, labels
