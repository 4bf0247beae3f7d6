"""Checkpoints: written completely or not at all, and read without running any code."""

import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any

import torch

from tutorial_code.runs.older_versions import upgrade_checkpoint
from tutorial_code.runs.run_files import write_atomically
from tutorial_code.shared.errors import ReaderError

KEYS = {"config", "model", "ema", "optimizer", "schedule", "history", "progress"}
# of the data, for using the network and for knowing the images again
KEYS |= {"classes", "mean", "std", "may_flip", "brightness", "files"}
OPTIONAL_KEYS = {"brightness", "files"}  # not in the checkpoints of older versions


class UnreadableCheckpointError(ReaderError):
    """A checkpoint is missing or cannot be read to its end."""


def previous_checkpoint(path: Path) -> Path:
    """Return the path of the checkpoint that was saved before the one at ``path``."""
    return path.with_stem(path.stem + "-before")


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Save a state of tensors and plain Python values; keep the previous one beside it."""
    write_atomically(path, lambda file: torch.save(state, file), keep=previous_checkpoint(path))


def load_last_checkpoint(path: Path, mend: bool = False) -> dict[str, Any]:
    """Load the newest checkpoint; if it is missing or damaged, warn and load the previous one.

    With ``mend`` the previous one then takes the place of the damaged one, so that the next save
    does not lose it.

    Raises:
        ReaderError: neither can be read, or the newest was not written by this tutorial.
    """
    try:
        return load_checkpoint(path)
    except UnreadableCheckpointError as damage:
        previous = previous_checkpoint(path)
        try:
            state = load_checkpoint(previous)
        except ReaderError:
            raise damage from None
        batch = state["progress"]["loader"]["batch"]
        place = f"epoch {len(state['history'])}"
        place += f" and {batch} batches of the next" if batch else ""
        print(
            f"{path} is missing or damaged, so the one before is used: it holds {place}.",
            file=sys.stderr,
        )
        if mend:
            previous.replace(path)
        return state


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Return the state that ``save_checkpoint`` saved, with its tensors on the CPU.

    Raises:
        ReaderError: there is no checkpoint, or it is damaged, or was not written by this tutorial.
    """
    if not path.is_file():
        raise UnreadableCheckpointError(
            f"There is no checkpoint {path}: train first, or check its name."
        )
    damaged = (
        f"{path} is damaged or cut off: train again in a new folder, or put an intact copy in its "
        "place."
    )
    path.open("rb").close()  # a file without read permission is not damaged
    if not zipfile.is_zipfile(path):  # torch.load would treat it as a plain pickle
        raise UnreadableCheckpointError(damaged)
    other = (
        f"{path} was not written by resnet50 train, so it is not read: use the checkpoint of a run."
    )
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:  # it holds more than tensors and plain values
        raise ReaderError(other) from error
    except MemoryError:
        raise
    except Exception as error:  # a damaged archive can fail anywhere in the reader
        raise UnreadableCheckpointError(damaged) from error
    if not isinstance(state, dict) or not isinstance(state.get("config"), dict):
        raise ReaderError(other)
    try:
        state = upgrade_checkpoint(state)
    except (AttributeError, KeyError, TypeError) as error:  # its parts are of another kind
        raise ReaderError(other) from error
    if not KEYS - OPTIONAL_KEYS <= set(state) <= KEYS:
        raise ReaderError(other)
    return state
