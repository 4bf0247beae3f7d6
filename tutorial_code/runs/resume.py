"""Resuming a run: its configuration, its last saved state, and whether both still fit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutorial_code.runs import run_files
from tutorial_code.runs.checkpoint import load_last_checkpoint, previous_checkpoint
from tutorial_code.runs.config import Config
from tutorial_code.runs.image_facts import ImageFacts
from tutorial_code.runs.older_versions import read_config
from tutorial_code.shared.errors import ReaderError


def configuration_to_resume(folder: Path, asked: Mapping[str, Any]) -> Config:
    """Return the configuration of the run in the folder.

    Raises:
        ReaderError: there is no run, or a given option differs from its configuration.
    """
    path = folder / run_files.CONFIG
    if not path.is_file():
        raise ReaderError(
            f"There is no run in {folder} to resume: leave out --resume to begin one."
        )
    try:
        config = read_config(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, AttributeError) as error:
        raise ReaderError(f"{path} is damaged: begin a new run in another folder.") from error
    for name, value in asked.items():
        if name == "workers" and not config.in_memory:
            config = replace(config, workers=value)  # another machine may have fewer cores
        if value != getattr(config, name):
            option = f"--{name.replace('_', '-')}"
            raise ReaderError(
                f"The run in {folder} has {option} {getattr(config, name)}, not {value}: leave "
                f"{option} out to resume it, or begin a new run in another folder."
            )
    return config


def saved_state(folder: Path, config: Config) -> dict[str, Any] | None:
    """Return the last saved state, or None if the run was stopped before its first save.

    Raises:
        ReaderError: it cannot be read, or belongs to another run.
    """
    path = folder / run_files.CHECKPOINT
    traces = path, previous_checkpoint(path), folder / run_files.METRICS
    if not any(place.exists() for place in traces):
        return None
    saved = load_last_checkpoint(path, mend=True)
    saved_config = read_config(saved["config"])
    if not config.in_memory:
        saved_config = replace(saved_config, workers=config.workers)
    if saved_config != config:
        raise ReaderError(
            f"{path} belongs to a run with another configuration: put the run's own checkpoint "
            "there."
        )
    return saved


def refuse_other_data(
    saved: dict[str, Any],
    folder: Path,
    data: str,
    facts: ImageFacts,
    classes: Sequence[str],
) -> None:
    """Raise an error if the images are not those of the saved state.

    Args:
        saved: what ``saved_state`` returned.
        folder: the folder of the run.
        data: the name of the data set.
        facts: of the training images.
        classes: the names of the classes.
    """
    if not facts.are_of(saved) or list(classes) != saved["classes"]:
        raise ReaderError(
            f"The images of {data} are not those that the run in {folder} was begun with: restore "
            "them, or begin a new run."
        )
