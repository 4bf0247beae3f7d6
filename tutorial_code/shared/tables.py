"""Recorded runs and their tables, as the chapters, the site and the recording itself read them.

Each has a folder in ``runs/`` with a ``run.toml`` that says what it is: its caption, the command
that records it, and, where it is a measurement, the columns of its table.
"""

import json
import textwrap
import tomllib
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from tutorial_code.shared.chapters import PACKAGE

# Next to the package in the project's folder; inside it if it is installed or in a notebook.
PLACES = (PACKAGE.parent / "runs", PACKAGE / "recorded")
ABOUT = "run.toml"
# What chapters show of a recorded run, and so what notebooks bring along.
SHOWN = (
    ABOUT,
    "rows.jsonl",
    "environment.json",
    "curves.jsonl",
    "steps.jsonl",
    "maps.jsonl",
    "fresh.jsonl",
    "worth.jsonl",
    "metrics.jsonl",
    "layers.jsonl",
    "cuts.jsonl",
    "surfaces.jsonl",
    "timeline.jsonl",
)
WIDTH = 80  # columns of a printed table
SHORTEST = 12  # columns that are left for the first of them in any case
Table = list[list[str]]


class RecordedRun(NamedTuple):
    """A training or a measurement that is recorded, or will be."""

    folder: Path
    order: int  # its position on the page of recorded runs
    caption: str  # what it is, Markdown
    command: str  # the command that records it; {data} stands for the images
    columns: dict[str, tuple[str, str]]  # of a measurement: by key in its rows, heading and format

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.name

    def read(self, name: str) -> dict[str, Any]:
        """Return the content of one of its JSON files."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def rows(self, name: str = "rows.jsonl") -> list[dict[str, Any]]:
        """Return the rows of its measurement, or of another file; none if there is none."""
        path = self.folder / name
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return [json.loads(line) for line in lines]

    def tables(self) -> list[Table]:
        """Return its rows as tables: the headings, and then the cells of each row."""
        return split_tables(self.rows(), self.columns)


def split_tables(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, tuple[str, str]]
) -> list[Table]:
    """Split rows into tables, one for each run of consecutive rows with the same keys.

    Args:
        rows: of a measurement.
        columns: the heading and the format of each key that is shown, in their order.
    """
    return [_table(list(alike), columns) for _, alike in groupby(rows, key=lambda row: row.keys())]


def _table(rows: list[Mapping[str, Any]], columns: Mapping[str, tuple[str, str]]) -> Table:
    shown = [key for key in columns if any(row.get(key) is not None for row in rows)]
    body = [[_cell(row.get(key), columns[key][1]) for key in shown] for row in rows]
    return [[columns[key][0] for key in shown], *body]


def _cell(value: Any, form: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else form.format(value)


def recorded_runs() -> list[RecordedRun]:
    """Return all recorded runs in the order of their page."""
    place = next((place for place in PLACES if place.is_dir()), PLACES[0])
    return sorted((_read(path.parent) for path in place.glob(f"*/{ABOUT}")), key=lambda r: r.order)


def recorded_run(name: str) -> RecordedRun:
    """Return the recorded run of this name.

    Raises:
        LookupError: there is none.
    """
    for run in recorded_runs():
        if run.name == name:
            return run
    raise LookupError(f"no folder of recorded runs is called {name}")


def _read(folder: Path) -> RecordedRun:
    said = tomllib.loads((folder / ABOUT).read_text(encoding="utf-8"))
    if missing := {"order", "caption", "command"} - said.keys():
        raise LookupError(f"{folder / ABOUT} does not say its {', '.join(sorted(missing))}")
    columns = {key: (heading, form) for key, (heading, form) in said.get("columns", {}).items()}
    return RecordedRun(folder, said["order"], said["caption"], said["command"], columns)


def show(name: str) -> None:
    """Print the table of a recorded run, with the machine that it was measured on."""
    run = recorded_run(name)
    tables = run.tables()
    if (run.folder / "summary.json").exists():
        print(f"{name} is a training, and has curves instead of a table: see the recorded runs.")
        return
    if not tables:
        print(f"{name}: not recorded yet. To record it:  bash benchmarks/record_run.sh {name}")
        return
    machine = run.read("environment.json")
    print(f"{name}, measured on {machine['gpu'] or machine['cpu']}, torch {machine['torch']}")
    for table in tables:
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        left = min(widths[0], WIDTH - sum(2 + width for width in widths[1:]))
        for first, *rest in table:
            numbers = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
            name, *more = textwrap.wrap(first, max(left, SHORTEST)) or [""]
            print("  ".join([name.ljust(left), *numbers]).rstrip())
            for line in more:
                print(f"  {line}" if len(line) + 2 <= left else line)
