"""A run's weights for use elsewhere: safetensors, ONNX, and torchvision's names."""

import logging
import warnings
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tutorial_code.ch04_resnet50 import to_torchvision
from tutorial_code.runs.own_code.own_files import naming_own_lines
from tutorial_code.runs.own_code.own_network import take_weights
from tutorial_code.runs.run_files import write_atomically
from tutorial_code.runs.trained_run import TrainedRun, load_run
from tutorial_code.runs.weights_file import needed_package, weights_of
from tutorial_code.shared.errors import ReaderError

OWN_NAMES = (
    "Your network computes something else than the tutorial's with the same weights, so they are "
    "under the names of your own layers: only your own code can read them."
)
ENDINGS = {"safetensors": "safetensors", "onnx": "onnx", "torchvision": "pth"}


class Exported(NamedTuple):
    """What was written."""

    path: Path
    notice: str | None  # a sentence, if not everything can read it


def export_run(folder: Path, kind: str, output: Path | None = None) -> Exported:
    """Write the weights that a run is tested with.

    Raises:
        ReaderError: the run cannot be read, or a package that the format needs is missing.
    """
    run = load_run(folder)
    path = output or folder / f"weights.{ENDINGS[kind]}"
    write = {"safetensors": _safetensors, "onnx": _onnx, "torchvision": _torchvision}[kind]
    return Exported(path, write(run, path))


def _safetensors(run: TrainedRun, path: Path) -> str | None:
    content, own_names = weights_of(run)
    write_atomically(path, lambda file: file.write(content))
    return OWN_NAMES if own_names else None


def _torchvision(run: TrainedRun, path: Path) -> None:
    if run.config.stem != "7x7":
        raise ReaderError(
            f"torchvision's {run.config.model} has the 7×7 stem, and this run has the 3×3 one: "
            "export it as safetensors or onnx."
        )
    own = run.pieces.own_network
    weights = _under_torchvisions_names(run) if own else to_torchvision(_weights(run))
    write_atomically(path, lambda file: torch.save(weights, file))


def _under_torchvisions_names(run: TrainedRun) -> dict[str, Tensor]:
    """Return the weights of the reader's network, whatever its layers are called.

    Raises:
        ReaderError: torchvision's network computes something else with them.
    """
    from torchvision import models

    model = run.config.model
    theirs = getattr(models, model)(num_classes=len(run.checkpoint["classes"]))
    with naming_own_lines("give the command again"):
        same = take_weights(theirs, run.network.cpu())
    if not same:
        raise ReaderError(
            f"No way was found to give your weights to torchvision's {model} so that it computes "
            "what your network computes: export them as safetensors or onnx."
        )
    return theirs.state_dict()


def _onnx(run: TrainedRun, path: Path) -> None:
    for package in ("onnx", "onnxscript"):
        needed_package(package)
    network = nn.Sequential(run.network).cpu().eval()
    side = run.config.image_size
    images = torch.zeros(2, 3, side, side)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # caused by the exporter itself
            program = torch.onnx.export(
                network,
                (images,),
                input_names=["images"],
                output_names=["logits"],
                dynamic_shapes=({0: torch.export.Dim("batch")},),
                verbose=False,
            )
    except Exception as error:
        if not run.pieces.own_network:
            raise
        raise ReaderError(
            "PyTorch cannot export your network to ONNX: export it as safetensors."
        ) from error
    assert program is not None, "the default exporter returns its program"
    content = program.model_proto.SerializeToString()
    write_atomically(path, lambda file: file.write(content))


def _weights(run: TrainedRun) -> dict[str, Tensor]:
    return {name: value.cpu().contiguous() for name, value in run.network.state_dict().items()}
