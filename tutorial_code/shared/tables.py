"""Tables that were measured once and recorded in ``runs/``, as chapters and site show them."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

RUNS = Path(__file__).parent.parent / "runs"
COLUMNS = {  # key in rows.jsonl: heading, format
    "left_out": ("left out", "{}"),
    "step": ("step", "{}"),
    "images_per_second": ("images/s", "{:.0f}"),
    "speedup": ("× plain loop", "{:.2f}"),
    "memory_gb": ("GB", "{:.2f}"),
    "share_of_bf16_peak": ("of bf16 peak", "{:.1%}"),
    "seconds_an_epoch": ("seconds an epoch", "{:.1f}"),
    "epochs": ("epochs", "{}"),
    "seconds": ("seconds", "{:.0f}"),
    "accuracy": ("accuracy", "{:.2f}%"),
    "standard_error": ("standard error", "{:.2f}"),
}


def split_tables(rows: Sequence[Mapping[str, Any]]) -> list[list[list[str]]]:
    """Return tables, one for each stretch of rows that hold the same: the headings, and then the
    cells of each row.
    """
    return [_table(list(stretch)) for _, stretch in groupby(rows, key=lambda row: row.keys())]


def _table(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    shown = {
        key: column
        for key, column in COLUMNS.items()
        if any(row.get(key) is not None for row in rows)
    }
    body = [
        ["" if row.get(key) is None else form.format(row[key]) for key, (_, form) in shown.items()]
        for row in rows
    ]
    return [[heading for heading, _ in shown.values()], *body]


def show(name: str) -> None:
    """Print the table in ``runs/name``, with the machine that it was measured on."""
    folder = RUNS / name
    if not (folder / "rows.jsonl").exists():
        print(f"{name}: not recorded yet. To record it:  bash benchmarks/record_run.sh {name}")
        return
    machine = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
    print(f"{name}, measured on {machine['gpu'] or machine['cpu']}, torch {machine['torch']}")
    rows = [
        json.loads(line)
        for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for table in split_tables(rows):
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for first, *rest in table:
            numbers = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
            print("  ".join([first.ljust(widths[0]), *numbers]).rstrip())
