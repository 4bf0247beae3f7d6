"""A trained network's predictions for the reader's own images."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch.utils.data import DataLoader, TensorDataset

from tutorial_code.ch01_images import normalize
from tutorial_code.ch07_results import predict
from tutorial_code.data.data_sets import find_data_set
from tutorial_code.runs.trained_run import load_run
from tutorial_code.runs.unusual_images import brightness_of, notice


class Prediction(NamedTuple):
    """The prediction for one image."""

    classes: list[tuple[str, float]]  # the top classes with their probabilities, highest first
    notice: str | None  # a sentence that says so if the image is unlike the training images


def predict_files(
    folder: Path, paths: Sequence[Path], invert: bool = False, most: int = 3
) -> list[Prediction]:
    """Return the prediction for each image file; ``invert`` exchanges light and dark first."""
    run = load_run(folder)
    data_set, _ = find_data_set(run.config.data)
    images = torch.stack([data_set.read_image(path) for path in paths])
    if invert:
        images = 255 - images
    statistics = run.checkpoint.get("brightness")  # a run of an older version has none
    notices = [
        notice(str(path), brightness, statistics, invert) if statistics else None
        for path, brightness in zip(paths, brightness_of(images), strict=True)
    ]
    images = normalize(images, run.checkpoint["mean"], run.checkpoint["std"])
    without_labels = torch.zeros(len(images))
    loader = DataLoader(TensorDataset(images, without_labels), batch_size=64)
    classes = run.checkpoint["classes"]
    probabilities = predict(run.model, loader, run.device)
    values, indices = probabilities.topk(min(most, len(classes)))
    return [
        Prediction([(classes[index], value) for value, index in zip(*row, strict=True)], said)
        for *row, said in zip(values.tolist(), indices.tolist(), notices, strict=True)
    ]
