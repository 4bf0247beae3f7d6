"""Checkpoints: written whole or not at all, read without running code."""

import os
import pickle
from pathlib import Path
from typing import Any

import torch

from tutorial_code.errors import ReaderError

KEYS = {"config", "model", "optimizer", "schedule", "history", "random", "classes", "mean", "std"}


def write_atomically(path: Path, write) -> None:
    """Call ``write(file)`` on a temporary file beside ``path``, flush it to the disk, and rename it.

    Whenever the process is killed, ``path`` holds the old content or the new, never a part.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, RuntimeError) as error:  # torch reports a failed write as RuntimeError
        temporary.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or "the write failed"
        raise ReaderError(
            f"{path} cannot be written ({reason}): free space or choose another --out; what was saved before is kept."
        ) from error


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Save a state made of tensors and plain Python values."""
    write_atomically(path, lambda file: torch.save(state, file))


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Return the state that ``save_checkpoint`` saved, with its tensors on the CPU.

    Raises:
        ReaderError: there is no checkpoint, or it is damaged, or was not written by this tutorial.
    """
    if not path.is_file():
        raise ReaderError(f"There is no checkpoint {path}: train first, or check the folder's name.")
    other = f"{path} was not written by resnet50 train, so it is not read: use the checkpoint of a run."
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:  # it holds more than tensors and plain values
        raise ReaderError(other) from error
    except Exception as error:  # a damaged archive can fail anywhere in the reader
        raise ReaderError(
            f"{path} is damaged or cut off: train again in a new folder, or put a whole copy in its place."
        ) from error
    if not isinstance(state, dict) or set(state) != KEYS:
        raise ReaderError(other)
    return state


def random_state(order: torch.Generator, device: torch.device) -> dict[str, torch.Tensor]:
    """Return the state of every source of random numbers that a training uses."""
    state = {"torch": torch.get_rng_state(), "order": order.get_state()}
    if device.type == "cuda":
        state["device"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        state["device"] = torch.mps.get_rng_state()
    return state


def restore_random_state(state: dict[str, torch.Tensor], order: torch.Generator, device: torch.device) -> None:
    """Undo whatever was drawn since ``random_state`` was called."""
    torch.set_rng_state(state["torch"])
    order.set_state(state["order"])
    if "device" in state and device.type == "cuda":
        torch.cuda.set_rng_state(state["device"], device)
    if "device" in state and device.type == "mps":
        torch.mps.set_rng_state(state["device"])
