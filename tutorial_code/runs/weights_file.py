"""A network's weights as a file of the form safetensors, with all that is needed to use them.

The form is described at https://huggingface.co/docs/safetensors. What stands beside the tensors is
text, so lists are JSON: the name of a class may have a comma. Files of version 0.1.0 have classes,
mean and std with commas between them, and no more than these.
"""

import importlib
import json
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any, NamedTuple

from torch import Tensor, nn

from tutorial_code.ch10_family import FAMILY
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.own_code.own_network import take_weights
from tutorial_code.runs.trained_run import TrainedRun
from tutorial_code.runs.training_setup import make_network
from tutorial_code.shared.errors import ReaderError


class WeightsFile(NamedTuple):
    """The content of a file."""

    content: bytes
    own_names: bool  # whether tensors have the names of the reader's layers, not the tutorial's


def weights_of(run: TrainedRun) -> WeightsFile:
    """Return the weights that a run is tested with.

    Those of the reader's own network are under the tutorial's names, if the tutorial's network then
    computes what theirs computes, and else under their own.

    Raises:
        ReaderError: a package that the form needs is missing.
    """
    network = run.network.cpu()
    own_names = False
    if run.pieces.own_network:
        config = replace(run.config, device="cpu", compile=False, cuda_graphs=False)
        ours = make_network(config, choose_hardware(config), len(run.checkpoint["classes"]))
        own_names = not _take_over(ours, network)
        network = network if own_names else ours
    facts = {
        "classes": run.checkpoint["classes"],
        "mean": run.checkpoint["mean"],
        "std": run.checkpoint["std"],
        "model": run.config.model,
        "stem": run.config.stem,
        "image_size": run.config.image_size,
        "blocks": FAMILY[run.config.model][1],
    }
    return WeightsFile(file_content(network.state_dict(), facts), own_names)


def _take_over(ours: nn.Module, own: nn.Module) -> bool:
    """Give the tutorial's network the reader's weights; tell whether both compute the same now."""
    try:
        return take_weights(ours, own)
    except Exception:  # the reader's own code may raise anything for images of another size
        return False


def file_content(weights: Mapping[str, Tensor], facts: Mapping[str, Any]) -> bytes:
    """Return a file with weights and with facts; what is no text among these becomes JSON.

    Raises:
        ReaderError: the package safetensors is missing.
    """
    save = needed_package("safetensors.torch").save
    metadata = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in facts.items()
    }
    # A layer may have two names, and safetensors needs a separate tensor for each.
    separate = {name: value.cpu().contiguous().clone() for name, value in weights.items()}
    return save(separate, metadata=metadata)


def needed_package(name: str) -> ModuleType:
    """Import what a format needs.

    Raises:
        ReaderError: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ReaderError(
            f"This format needs the package {name.partition('.')[0]}: install it with pip, or for "
            "ONNX begin the command with  uv run --extra onnx resnet50."
        ) from error
