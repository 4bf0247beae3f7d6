"""The network of a finished or stopped run, ready to use."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from tutorial_code.ch01_images import ImageData
from tutorial_code.ch07_results import standard_error
from tutorial_code.runs import run_files
from tutorial_code.runs.checkpoint import load_last_checkpoint
from tutorial_code.runs.chosen_images import load_data
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.older_versions import read_config
from tutorial_code.runs.own_code.components import Components
from tutorial_code.runs.own_code.own_files import components_of, naming_own_lines
from tutorial_code.runs.training_setup import make_network, make_run_loaders, wrap_for_loops
from tutorial_code.shared.errors import ReaderError


@dataclass
class TrainedRun:
    """The network of a run's checkpoint."""

    network: nn.Module  # with the weights that are tested: the average, if there is one
    model: nn.Module  # the same network, as it is called for testing
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
    config = read_config(checkpoint["config"])
    pieces = components_of(folder, config.mine)
    # This machine may not be the one that trained, so a requested GPU is not required.
    device = "cpu" if config.device == "cpu" else "auto"
    hardware = choose_hardware(replace(config, device=device, compile=False, cuda_graphs=False))
    with naming_own_lines():
        network = make_network(config, hardware, len(checkpoint["classes"]), pieces)
    if checkpoint["ema"]:
        ema = AveragedModel(network)
        ema.load_state_dict(checkpoint["ema"])
        network = ema.module
    else:
        network.load_state_dict(checkpoint["model"])
    network.to(hardware.device)
    model = wrap_for_loops(config, hardware, checkpoint["may_flip"], network)
    return TrainedRun(network, model, checkpoint, config, hardware.device, pieces)


def test_run(folder: Path) -> str:
    """Test a run's checkpoint again; return its loss and accuracy in one line."""
    run = load_run(folder)
    data = data_of(run)
    _, test_loader = make_run_loaders(run.config, data, run.device)
    criterion = run.pieces.make_criterion()
    with naming_own_lines():
        loss, accuracy = run.pieces.evaluate(run.model, test_loader, criterion, run.device)
    error = standard_error(accuracy, len(data.test_labels))
    return result_line(loss, accuracy, error, run.config.tested_on)


test_run.__test__ = False  # type: ignore[attr-defined]  # pytest: of the project, not a test


def result_line(loss: float, accuracy: float, error: float, tested_on: str) -> str:
    """Return a result as the commands print it, with the standard error of the accuracy."""
    return f"{tested_on} loss {loss:.4f}   {tested_on} accuracy {accuracy:.2f}% ± {error:.2f}"


def data_of(run: TrainedRun) -> ImageData:
    """Return the images that a run was trained and tested on.

    Raises:
        ReaderError: the classes of the data set have changed.
    """
    data = load_data(run.config)
    if list(data.classes) != run.checkpoint["classes"]:
        raise ReaderError(
            f"{run.config.data} no longer has the classes that the run was trained on: restore it."
        )
    return data
