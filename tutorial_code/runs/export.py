"""A run's weights for use elsewhere: safetensors, ONNX, and torchvision's names."""

import logging
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from tutorial_code.ch01_images import IMAGE_SIZE
from tutorial_code.ch03_resnet50 import to_torchvision
from tutorial_code.errors import ReaderError
from tutorial_code.runs.checkpoint import write_atomically
from tutorial_code.runs.results import TrainedRun, load_run

ENDINGS = {"safetensors": "safetensors", "onnx": "onnx", "torchvision": "pth"}


def export_run(folder: Path, kind: str, output: Path | None = None) -> Path:
    """Write the weights that a run is tested with, and return the file.

    Raises:
        ReaderError: the run cannot be read, or a package that the format needs is missing.
    """
    run = load_run(folder)
    path = output or folder / f"weights.{ENDINGS[kind]}"
    {"safetensors": _safetensors, "onnx": _onnx, "torchvision": _torchvision}[kind](run, path)
    return path


def _safetensors(run: TrainedRun, path: Path) -> None:
    save = _needed("safetensors.torch").save
    facts = {"classes": run.checkpoint["classes"], "mean": run.checkpoint["mean"], "std": run.checkpoint["std"]}
    metadata = {name: ", ".join(map(str, values)) for name, values in facts.items()}
    content = save(_weights(run), metadata=metadata)
    write_atomically(path, lambda file: file.write(content))


def _torchvision(run: TrainedRun, path: Path) -> None:
    if run.config.stem != "7x7":
        raise ReaderError(
            "torchvision's resnet50 has the 7×7 stem, and this run has the 3×3 one: export it as safetensors or onnx."
        )
    write_atomically(path, lambda file: torch.save(to_torchvision(_weights(run)), file))


def _onnx(run: TrainedRun, path: Path) -> None:
    for package in ("onnx", "onnxscript"):
        _needed(package)
    network = nn.Sequential(run.network).cpu().eval()
    pictures = torch.zeros(2, 3, IMAGE_SIZE, IMAGE_SIZE)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter's own making
        program = torch.onnx.export(
            network,
            (pictures,),
            input_names=["images"],
            output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            verbose=False,
        )
    content = program.model_proto.SerializeToString()
    write_atomically(path, lambda file: file.write(content))


def _weights(run: TrainedRun) -> dict[str, Tensor]:
    return {name: value.cpu().contiguous() for name, value in run.network.state_dict().items()}


def _needed(package: str):
    import importlib

    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise ReaderError(
            f"This format needs {package.partition('.')[0]}: uv run --extra onnx …, or pip install it."
        ) from error
