"""What a trained network does on its test set, and on the reader's own images."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import IMAGE_SIZE, ImageData, load_dataset, normalise
from tutorial_code.ch07_results import (
    Misclassified,
    count_confusions,
    most_confident_misclassified,
    predict,
)
from tutorial_code.data.image_folder import read_image
from tutorial_code.runs import run_files
from tutorial_code.runs.checkpoint import load_last_checkpoint, write_atomically
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_device
from tutorial_code.runs.own_code.components import Components, components_of, naming_own_lines
from tutorial_code.runs.training_setup import (
    for_testing,
    loaders_of,
    make_network,
    use_validation_split,
)
from tutorial_code.runs.unusual_images import brightness_of, notice
from tutorial_code.shared.errors import ReaderError


class Results(NamedTuple):
    """What the report shows beside the metrics."""

    classes: tuple[str, ...]
    logits: Tensor  # (n, classes), float32, on the CPU
    confusions: list[list[int]]  # rows: true classes
    misclassified: list[Misclassified]  # the most confident first
    images: Tensor  # the test images (n, 3, h, w), uint8


@dataclass
class TrainedRun:
    """The network of a run's checkpoint, ready to use."""

    network: nn.Module  # with the weights that are tested: the average, where there is one
    model: nn.Module  # the same as it is tested
    checkpoint: dict[str, Any]
    config: Config
    device: torch.device
    pieces: Components


def load_run(folder: Path) -> TrainedRun:
    """Read a run's checkpoint and build its network, in the precision that it was trained in.

    Raises:
        ReaderError: there is no such run, or its checkpoint cannot be read.
    """
    if not folder.is_dir():
        raise ReaderError(f"There is no run folder {folder}: check its name.")
    checkpoint = load_last_checkpoint(folder / run_files.CHECKPOINT)
    config = Config(**checkpoint["config"])
    pieces = components_of(folder, config.mine)
    with naming_own_lines():
        network = make_network(config, len(checkpoint["classes"]), pieces)
    if checkpoint["average"]:
        average = AveragedModel(network)
        average.load_state_dict(checkpoint["average"])
        network = average.module
    else:
        network.load_state_dict(checkpoint["model"])
    # The machine may be another one than that of the training, so an asked-for GPU is no condition.
    device, _ = choose_device("cpu" if config.device == "cpu" else "auto")
    model = for_testing(config, checkpoint["may_flip"], device, network.to(device))
    return TrainedRun(network, model, checkpoint, config, device, pieces)


def test_run(folder: Path) -> str:
    """Return loss and accuracy of the run's checkpoint in a line, measured anew on what it was
    tested on.
    """
    run = load_run(folder)
    _, test_loader = loaders_of(run.config, _data_of(run), run.device)
    with naming_own_lines():
        loss, accuracy = run.pieces.evaluate(
            run.model, test_loader, run.pieces.make_criterion(), run.device
        )
    return result_line(loss, accuracy, run.config.tested_on)


def result_line(loss: float, accuracy: float, tested_on: str) -> str:
    """Return a result as the commands print it."""
    return f"{tested_on} loss {loss:.4f}   {tested_on} accuracy {accuracy:.2f}%"


test_run.__test__ = False  # pytest: a function of the project, not a test


def results_of(folder: Path) -> Results:
    """Judge the run's checkpoint on its test set."""
    run = load_run(folder)
    data = _data_of(run)
    _, test_loader = loaders_of(run.config, data, run.device)
    return judge_run(run.model, data, test_loader, run.device)


@torch.no_grad()
def judge_run(model: nn.Module, data: ImageData, test_loader: Any, device: torch.device) -> Results:
    """Return logits, confusions and misclassified images of a network on the test images."""
    model.eval()
    logits = torch.cat([model(images.to(device)).cpu() for images, _ in test_loader])
    confusions = count_confusions(logits, data.test_labels)
    misclassified = most_confident_misclassified(logits.softmax(dim=1), data.test_labels)
    return Results(data.classes, logits, confusions, misclassified, data.test_images)


def write_results(folder: Path, results: Results) -> None:
    """Write the accuracy of each class with the confusion matrix, and the logits in half precision,
    into a run.
    """
    accuracies = [
        100 * row[label] / sum(row) if sum(row) else None
        for label, row in enumerate(results.confusions)
    ]  # a class may have no image among those held out
    values = {"classes": results.classes, "accuracy": accuracies, "confusions": results.confusions}
    run_files.write_json(folder / run_files.CLASSES, values)
    logits = results.logits.half().numpy()
    write_atomically(folder / run_files.LOGITS, lambda file: np.save(file, logits))


class Prediction(NamedTuple):
    """What a network says of one image."""

    classes: list[tuple[str, float]]  # the top classes with their probabilities, highest first
    notice: str | None  # where the image is unlike those of the training: a sentence that says so


def predict_files(
    folder: Path, paths: Sequence[Path], invert: bool = False, most: int = 3
) -> list[Prediction]:
    """Return the prediction for each image file; ``invert`` exchanges light and dark first."""
    run = load_run(folder)
    images = torch.stack([read_image(path, IMAGE_SIZE) for path in paths])
    if invert:
        images = 255 - images
    statistics = run.checkpoint.get("brightness")  # a run of an older version has none
    notices = [
        notice(str(path), brightness, statistics, invert) if statistics else None
        for path, brightness in zip(paths, brightness_of(images), strict=True)
    ]
    images = normalise(images, run.checkpoint["mean"], run.checkpoint["std"])
    images = DataLoader([(image, 0) for image in images], batch_size=64)
    values, indices = predict(run.model, images, run.device).topk(
        min(most, len(run.checkpoint["classes"]))
    )
    classes = run.checkpoint["classes"]
    return [
        Prediction([(classes[index], value) for value, index in zip(*row, strict=True)], said)
        for *row, said in zip(values.tolist(), indices.tolist(), notices, strict=True)
    ]


def _data_of(run: TrainedRun) -> ImageData:
    data = load_dataset(run.config.data, mirror=run.config.mirror)
    if run.config.val_size:
        data = use_validation_split(data, run.config.val_size, run.config.seed)
    if list(data.classes) != run.checkpoint["classes"]:
        raise ReaderError(
            f"{run.config.data} has other classes now than when the run was trained: restore it."
        )
    return data
