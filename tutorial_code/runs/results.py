"""What a trained network does on its test set, and on the reader's own pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import IMAGE_SIZE, ImageData, load_dataset, make_loaders, normalise
from tutorial_code.ch03_resnet50 import ResNet50
from tutorial_code.ch04_training import make_criterion
from tutorial_code.ch05_testing import evaluate
from tutorial_code.ch06_results import Mistake, confident_mistakes, count_confusions, predict
from tutorial_code.data.folder import read_picture
from tutorial_code.errors import ReaderError
from tutorial_code.runs.around import Accelerated
from tutorial_code.runs.checkpoint import load_checkpoint
from tutorial_code.runs.config import Config, choose_device, choose_precision
from tutorial_code.runs.folder import CHECKPOINT


class Results(NamedTuple):
    """What the report shows beside the metrics."""

    classes: tuple[str, ...]
    confusions: list[list[int]]  # rows: true classes
    mistakes: list[Mistake]  # the most confident first
    images: Tensor  # the test pictures (n, 3, h, w), uint8


@dataclass
class TrainedRun:
    """The network of a run's checkpoint, ready to use."""

    model: Accelerated
    checkpoint: dict[str, Any]
    config: Config
    device: torch.device


def load_run(folder: Path) -> TrainedRun:
    """Read a run's checkpoint and build its network, in the precision that it was trained in.

    Raises:
        ReaderError: there is no such run, or its checkpoint cannot be read.
    """
    if not folder.is_dir():
        raise ReaderError(f"There is no run folder {folder}: check its name.")
    checkpoint = load_checkpoint(folder / CHECKPOINT)
    config = Config(**checkpoint["config"])
    network = ResNet50(num_classes=len(checkpoint["classes"]))
    network.load_state_dict(checkpoint["model"])
    # The machine may be another one than that of the training, so an asked-for GPU is no condition.
    device, _ = choose_device("cpu" if config.device == "cpu" else "auto")
    precision, _ = choose_precision(config.precision, device)
    return TrainedRun(Accelerated(network.to(device), precision), checkpoint, config, device)


def test_run(folder: Path) -> tuple[float, float]:
    """Return test loss and test accuracy in percent of the run's checkpoint, measured anew."""
    run = load_run(folder)
    _, test_loader = make_loaders(_data_of(run), run.config.batch_size)
    return evaluate(run.model, test_loader, make_criterion(), run.device)


test_run.__test__ = False  # pytest: a function of the project, not a test


def results_of(folder: Path) -> Results:
    """Judge the run's checkpoint on its test set."""
    run = load_run(folder)
    data = _data_of(run)
    _, test_loader = make_loaders(data, run.config.batch_size)
    return judge_run(run.model, data, test_loader, run.device)


def judge_run(model: Accelerated, data: ImageData, test_loader: DataLoader, device: torch.device) -> Results:
    """Return confusions and mistakes of a network on the test pictures."""
    probabilities = predict(model, test_loader, device)
    confusions = count_confusions(probabilities, data.test_labels)
    return Results(data.classes, confusions, confident_mistakes(probabilities, data.test_labels), data.test_images)


def predict_pictures(folder: Path, paths: Sequence[Path], most: int = 3) -> list[list[tuple[str, float]]]:
    """Return for each picture file its likeliest classes with their probabilities, the likeliest first."""
    run = load_run(folder)
    images = torch.stack([read_picture(path, IMAGE_SIZE) for path in paths])
    images = normalise(images, run.checkpoint["mean"], run.checkpoint["std"])
    pictures = DataLoader([(image, 0) for image in images], batch_size=64)
    values, indices = predict(run.model, pictures, run.device).topk(min(most, len(run.checkpoint["classes"])))
    classes = run.checkpoint["classes"]
    return [
        [(classes[index], value) for value, index in zip(*row, strict=True)]
        for row in zip(values.tolist(), indices.tolist(), strict=True)
    ]


def _data_of(run: TrainedRun) -> ImageData:
    data = load_dataset(run.config.data)
    if list(data.classes) != run.checkpoint["classes"]:
        raise ReaderError(f"{run.config.data} has other classes now than when the run was trained: restore it.")
    return data
