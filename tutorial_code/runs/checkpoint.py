"""Checkpoints: written whole or not at all, read without running code."""

import os
import pickle
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import torch

from tutorial_code.shared.errors import ReaderError

KEYS = {"config", "model", "average", "optimizer", "schedule", "history", "progress"}
KEYS |= {
    "classes",
    "mean",
    "std",
    "may_flip",
    "brightness",
}  # of the data, for whoever uses the network
NEWER = {"brightness"}  # not in the checkpoints of older versions


class DamagedError(ReaderError):
    """A checkpoint is missing or cannot be read to its end."""


def write_atomically(
    path: Path, write: Callable[[BinaryIO], None], keep: Path | None = None
) -> None:
    """Call ``write(file)`` on a temporary file beside ``path``, flush it to the disk, and rename
    it.

    Whenever the process is killed, ``path`` holds the old content or the new, never a part. With
    ``keep`` the old content goes there; killed between the two renamings, ``path`` is missing and
    ``keep`` holds the old content.
    """
    temporary = path.parent / f"{path.name}.tmp"
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if keep and path.exists():
            path.replace(keep)
        temporary.replace(path)
    except (OSError, RuntimeError) as error:  # torch reports a failed write as RuntimeError
        temporary.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or "the write failed"
        raise ReaderError(
            f"{path} cannot be written ({reason}): free space or choose another place; what "
            "was saved before is kept."
        ) from error


def previous_checkpoint(path: Path) -> Path:
    """Return where the checkpoint before the one at ``path`` is kept."""
    return path.with_stem(path.stem + "-before")


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Save a state made of tensors and plain Python values; the one that was there is kept as the
    one before.
    """
    write_atomically(path, lambda file: torch.save(state, file), keep=previous_checkpoint(path))


def load_last_checkpoint(path: Path, mend: bool = False) -> dict[str, Any]:
    """Return the state that was saved last, or the one before, saying so, where the last is damaged
    or missing.

    With ``mend`` the one before then takes the place of the damaged one, so that the next save does
    not lose it.

    Raises:
        ReaderError: neither can be read, or the last was not written by this tutorial.
    """
    try:
        return load_checkpoint(path)
    except DamagedError as damage:
        try:
            state = load_checkpoint(previous_checkpoint(path))
        except ReaderError:
            raise damage from None
        batch = state["progress"]["loader"]["batch"]
        place = f"epoch {len(state['history'])}" + (
            f" and {batch} batches of the next" if batch else ""
        )
        print(
            f"{path} is missing or damaged, so the one before is used: it holds {place}.",
            file=sys.stderr,
        )
        if mend:
            previous_checkpoint(path).replace(path)
        return state


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Return the state that ``save_checkpoint`` saved, with its tensors on the CPU.

    Raises:
        ReaderError: there is no checkpoint, or it is damaged, or was not written by this tutorial.
    """
    if not path.is_file():
        raise DamagedError(
            f"There is no checkpoint {path}: train first, or check the folder's name."
        )
    damaged = (
        f"{path} is damaged or cut off: train again in a new folder, or put a whole copy in its "
        "place."
    )
    path.open("rb").close()  # a file that may not be read is not damaged
    if not zipfile.is_zipfile(path):  # torch.load would take it for a plain pickle
        raise DamagedError(damaged)
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
        raise DamagedError(damaged) from error
    if (
        not isinstance(state, dict)
        or not KEYS - NEWER <= set(state) <= KEYS
        or not isinstance(state["config"], dict)
    ):
        raise ReaderError(other)
    return state
