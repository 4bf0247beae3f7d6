"""Names that version 0.1.0 used, so that its runs can still be resumed, tested and reported."""

import importlib
import re
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from tutorial_code.runs.config import Config
from tutorial_code.shared.errors import ReaderError

OPTIONS = {
    "average": "ema",
    "flip_test": "tta",
    "validation": "val_size",
    "decay": "decay_on",
    "products": "conv1x1_matmul",
    "loading": "loader",
    "warmup": "warmup_epochs",
}
VALUES = {
    ("recipe", "exercise"): "basic",
    ("loader", "loader"): "dataloader",
    ("conv1x1_matmul", True): "on",
    ("conv1x1_matmul", False): "off",
}
CHAPTERS = {
    "ch02_bottleneck": "ch03_bottleneck",
    "ch03_resnet50": "ch04_resnet50",
    "ch04_training": "ch05_training",
    "ch05_testing": "ch06_testing",
    "ch06_results": "ch07_results",
}
MODULE = re.compile(rf"\b({'|'.join(CHAPTERS)})\b")


def read_config(values: Mapping[str, Any]) -> Config:
    """Return the configuration of a run, whichever version began it.

    An option that did not exist yet gets the value that the run was computed with.

    Raises:
        ReaderError: an option is unknown, so the run comes from a newer version.
    """
    renamed = {OPTIONS.get(name, name): value for name, value in values.items()}
    if "mirror" not in renamed and str(renamed.get("data")).startswith("folder:"):
        renamed["mirror"] = True  # images of a folder were always mirrored
    known = {option.name for option in fields(Config)}
    if unknown := renamed.keys() - known:
        raise ReaderError(
            f"The run has the option {min(unknown)}, which this version does not know: use the "
            "version that it was begun with, or a newer one."
        )
    return Config(**{name: _value(name, value) for name, value in renamed.items()})


def _value(name: str, value: Any) -> Any:
    known = isinstance(value, (str, bool)) and (name, value) in VALUES
    return VALUES[name, value] if known else value


def upgrade_checkpoint(state: dict[str, Any]) -> dict[str, Any]:
    """Return a checkpoint's content under the names of this version."""
    state = dict(state)
    if "average" in state:
        state["ema"] = state.pop("average")
    loss = state.get("progress", {}).get("loss", {})
    if "pictures" in loss:
        renamed = {"images": loss["pictures"], "step": loss["step"], "total": loss["total"]}
        state["progress"] = {**state["progress"], "loss": renamed}
    return state


def find_answer(folder: Path, name: str) -> Path:
    """Return the path of the reader's file in a run, which may carry a former chapter's number."""
    former = {new: old for old, new in CHAPTERS.items()}.get(name.removesuffix(".py"))
    older = folder / f"{former}.py"
    return older if former and older.is_file() else folder / name


def upgrade_answer(name: str, source: str) -> tuple[str, str]:
    """Return the source of a reader's file with the current names of chapters and files."""
    stem = name.removesuffix(".py")
    new = CHAPTERS.get(stem)
    if not new and not MODULE.search(source):
        return name, source
    return f"{new or stem}.py", MODULE.sub(lambda found: CHAPTERS[found[1]], source)


def let_import_former_chapters() -> None:
    """Let the reader's files import a chapter by its former name."""
    for old, new in CHAPTERS.items():
        sys.modules.setdefault(
            f"tutorial_code.{old}", importlib.import_module(f"tutorial_code.{new}")
        )
