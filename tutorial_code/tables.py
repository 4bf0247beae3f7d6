"""Tables that were measured once and recorded in ``runs/``, for the chapters to show."""

import json
from collections.abc import Mapping
from pathlib import Path

RUNS = Path(__file__).parent.parent / "runs"


def show(name: str, columns: Mapping[str, str]) -> None:
    """Print the table in ``runs/name``, with the machine that it was measured on.

    Args:
        name: the folder of the record.
        columns: the keys to show, each with the format of its values; a row that has no value shows nothing there.
    """
    folder = RUNS / name
    if not (folder / "rows.jsonl").exists():
        print(f"{name}: not recorded yet. To record it:  bash benchmarks/record_run.sh {name}")
        return
    machine = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
    print(f"{name}, measured on {machine['gpu'] or machine['cpu']}, torch {machine['torch']}")
    lines = (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [{key: key.replace("_", " ") for key in columns}]
    for line in lines:
        values = json.loads(line)
        rows.append({k: form.format(values[k]) if values.get(k) is not None else "" for k, form in columns.items()})
    shown = [key for key in columns if any(row[key] for row in rows[1:])]
    widths = {key: max(len(row[key]) for row in rows) for key in shown}
    for row in rows:
        first, *rest = (row[key].rjust(widths[key]) for key in shown)
        print("  ".join([first.strip().ljust(widths[shown[0]]), *rest]).rstrip())
