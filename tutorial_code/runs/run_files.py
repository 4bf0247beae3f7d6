"""The folder of a run: the names of its files, and how it is begun and taken up again."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tutorial_code.runs.checkpoint import write_atomically
from tutorial_code.runs.config import Config
from tutorial_code.shared.errors import ReaderError

CONFIG = "config.json"
ENVIRONMENT = "environment.json"
METRICS = "metrics.jsonl"
SUMMARY = "summary.json"
CLASSES = "classes.json"
LOGITS = "logits.npy"
ROWS = "rows.jsonl"  # of a measurement that is a table, not a training
CHECKPOINT = "checkpoint.pt"
REPORT = "report.html"
ANSWERS = "answers"  # the reader's files that are trained with, where there are any

MY_RUNS = Path("my_runs")


def next_folder(data: str) -> Path:
    """Return a folder in ``my_runs`` that does not exist yet."""
    name = data.partition(":")[0]
    number = 1
    while (MY_RUNS / f"{name}-{number}").exists():
        number += 1
    return MY_RUNS / f"{name}-{number}"


def newest_folder() -> Path:
    """Return the run in ``my_runs`` that was begun last."""
    configs = list(MY_RUNS.glob(f"*/{CONFIG}"))
    if not configs:
        raise ReaderError(
            f"There is no run in {MY_RUNS} to resume: train first, or name the run with --out."
        )
    return max(configs, key=lambda path: path.stat().st_mtime).parent


def begin(folder: Path, config: Config, answers: Mapping[str, str] = MappingProxyType({})) -> None:
    """Make the folder of a new run, and write its configuration and the reader's files that are
    trained with.

    Raises:
        ReaderError: the folder holds something already, or cannot be written.
    """
    left = f"{CONFIG}.tmp"  # by whoever was killed before anything was written
    if folder.exists() and (
        not folder.is_dir() or any(entry.name != left for entry in folder.iterdir())
    ):
        raise ReaderError(
            f"{folder} exists and is not empty: choose another --out, or add --resume to go on "
            "with it."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReaderError(
            f"{folder} cannot be made ({error.strerror}): choose another --out."
        ) from error
    write_json(folder / CONFIG, asdict(config))
    for name, source in answers.items():
        (folder / ANSWERS).mkdir(exist_ok=True)
        write_text(folder / ANSWERS / name, source)


def withdraw(folder: Path) -> None:
    """Take back what ``begin`` wrote, where nothing can be trained after all; the folder was empty
    before.
    """
    shutil.rmtree(folder, ignore_errors=True)


def configuration_to_resume(folder: Path, asked: Mapping[str, Any]) -> Config:
    """Return the configuration of the run in the folder.

    Raises: ReaderError: there is no run, or something was asked for that differs from its
        configuration.
    """
    path = folder / CONFIG
    if not path.is_file():
        raise ReaderError(
            f"There is no run in {folder} to resume: leave out --resume to begin one."
        )
    try:
        config = Config(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ReaderError(f"{path} is damaged: begin a new run in another folder.") from error
    for name, value in asked.items():
        if value != getattr(config, name):
            option = f"--{name.replace('_', '-')}"
            raise ReaderError(
                f"The run in {folder} has {option} {getattr(config, name)}, not {value}: "
                f"leave {option} out to resume it, or begin a new run in another folder."
            )
    return config


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a small file that people read, whole or not at all."""
    write_text(path, json.dumps(values, indent=2) + "\n")


def write_metrics(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a line for each epoch, whole or not at all."""
    write_text(path, "".join(json.dumps(row) + "\n" for row in rows))


def write_text(path: Path, text: str) -> None:
    """Write a small file, whole or not at all."""
    write_atomically(path, lambda file: file.write(text.encode()))
