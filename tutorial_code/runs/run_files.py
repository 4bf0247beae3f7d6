"""The files of a run's folder: their names, and how they are written completely or not at all."""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from tutorial_code.runs.config import Config
from tutorial_code.shared.errors import ReaderError

CONFIG = "config.json"
ENVIRONMENT = "environment.json"
METRICS = "metrics.jsonl"
SUMMARY = "summary.json"
CLASSES = "classes.json"
LOGITS = "logits.npy"
ROWS = "rows.jsonl"  # of a measurement that is a table, not a training
CURVES = "curves.jsonl"  # beside the rows: what was measured on the way, of each seed
CHECKPOINT = "checkpoint.pt"
REPORT = "report.html"
ANSWERS = "answers"  # the reader's files that the run is trained with, if any

MY_RUNS = Path("my_runs")


def next_folder(data: str) -> Path:
    """Return a folder in ``my_runs`` that does not exist yet."""
    name = data.partition(":")[0]
    number = 1
    while (MY_RUNS / f"{name}-{number}").exists():
        number += 1
    return MY_RUNS / f"{name}-{number}"


def newest_folder() -> Path:
    """Return the run in ``my_runs`` that was started last."""
    configs = list(MY_RUNS.glob(f"*/{CONFIG}"))
    if not configs:
        raise ReaderError(
            f"There is no run in {MY_RUNS} to resume: train first, or name the run with --output."
        )
    return max(configs, key=lambda path: path.stat().st_mtime).parent


def begin(folder: Path, config: Config, answers: Mapping[str, str] = MappingProxyType({})) -> None:
    """Create the folder of a new run with its configuration and the reader's files that it uses.

    Raises:
        ReaderError: the folder is not empty, or cannot be written.
    """
    left = f"{CONFIG}.tmp"  # by a process that was killed during its first write
    used = folder.is_dir() and any(entry.name != left for entry in folder.iterdir())
    if used or (folder.exists() and not folder.is_dir()):
        raise ReaderError(
            f"{folder} exists and is not empty: choose another --output, or add --resume to go on "
            "with it."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReaderError(
            f"{folder} cannot be made ({error.strerror}): choose another --output."
        ) from error
    write_json(folder / CONFIG, asdict(config))
    for name, source in answers.items():
        (folder / ANSWERS).mkdir(exist_ok=True)
        write_text(folder / ANSWERS / name, source)


def remove_new_run(folder: Path) -> None:
    """Undo what ``begin`` wrote, because the run cannot be trained after all."""
    shutil.rmtree(folder, ignore_errors=True)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a small file that people read."""
    write_text(path, json.dumps(values, indent=2) + "\n")


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file, one JSON object a line; none where there is no file."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a line of JSON for each row, such as an epoch."""
    write_text(path, "".join(json.dumps(row) + "\n" for row in rows))


def write_text(path: Path, text: str) -> None:
    """Write a small file of text."""
    write_atomically(path, lambda file: file.write(text.encode()))


def write_atomically(
    path: Path, write: Callable[[BinaryIO], object], keep: Path | None = None
) -> None:
    """Call ``write(file)`` on a temporary file beside ``path``, flush it, and rename it.

    Whenever the process is killed, ``path`` holds the old content or the new, never a part of it.
    With ``keep`` the old content is moved there; if the process is killed between the two renames,
    ``path`` is missing and ``keep`` holds the old content.

    Raises:
        ReaderError: the file cannot be written; the old content is still there.
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
    except (KeyboardInterrupt, OSError, RuntimeError) as error:
        # torch reports a failed write as RuntimeError, and a Ctrl-C while it writes.
        temporary.unlink(missing_ok=True)
        if KeyboardInterrupt in (type(error), type(error.__context__)):
            raise KeyboardInterrupt from None
        reason = getattr(error, "strerror", None) or "the write failed"
        raise ReaderError(
            f"{path} cannot be written ({reason}): free space or choose another place; what was "
            "saved before is kept."
        ) from error
