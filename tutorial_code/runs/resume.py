"""What a run goes on from, and whether it still fits."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tutorial_code.runs import run_files
from tutorial_code.runs.checkpoint import load_last_checkpoint, previous_checkpoint
from tutorial_code.runs.config import Config
from tutorial_code.shared.errors import ReaderError


def saved_state(folder: Path, config: Config) -> dict[str, Any] | None:
    """Return the last saved state, or None where the run was stopped before it could save any.

    Raises:
        ReaderError: it cannot be read, or is that of another run.
    """
    path = folder / run_files.CHECKPOINT
    if not any(
        place.exists() for place in (path, previous_checkpoint(path), folder / run_files.METRICS)
    ):
        return None
    saved = load_last_checkpoint(path, mend=True)
    if {**asdict(Config()), **saved["config"]} != asdict(
        config
    ):  # an option may be newer than the run
        raise ReaderError(
            f"{path} belongs to a run with another configuration: put the run's own checkpoint "
            "there."
        )
    return saved


def refuse_other_data(
    saved: dict[str, Any],
    folder: Path,
    data: str,
    statistics: Sequence[Sequence[float]],
    classes: Sequence[str],
) -> None:
    """Raise an error where the images are not those of the saved state.

    Args:
        saved: what ``saved_state`` returned.
        folder: of the run.
        data: what the images are called.
        statistics: mean and standard deviation of each channel.
        classes: their names.
    """
    now = [value for values in statistics for value in values]
    close = all(
        abs(a - b) < 1e-5 for a, b in zip(now, [*saved["mean"], *saved["std"]], strict=True)
    )
    if not close or list(classes) != saved["classes"]:
        raise ReaderError(
            f"The images of {data} are not those that the run in {folder} was begun with: restore "
            "them, or begin a new run."
        )
