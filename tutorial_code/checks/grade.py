"""Judge a whole class: every file of a folder, each in a process of its own."""

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tutorial_code.checks.diagnose.verdict import Verdict
from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.isolate.worker import judge_files
from tutorial_code.checks.terminal import STYLES
from tutorial_code.shared.errors import ReaderError


def grade_folder(exercise: Exercise, folder: Path, jobs: int) -> list[Verdict]:
    """Judge every ``.py`` and ``.ipynb`` file in the folder and below it.

    Raises:
        ReaderError: there is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise ReaderError(f"There is no folder {folder}: check its name.")
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in {".py", ".ipynb"} and _is_answer(path, folder)
    )
    if not files:
        raise ReaderError(f"{folder} holds no .py or .ipynb files to judge.")
    verdicts = judge_files([(path, exercise) for path in files], jobs)
    return list(
        track(verdicts, "judging", total=len(files), console=Console(stderr=True), transient=True)
    )


def print_table(verdicts: list[Verdict], folder: Path) -> None:
    """Print a row for each file: its state, and the mistake."""
    table = Table(box=None, pad_edge=False)
    for column in ("file", "verdict", "mistake"):
        table.add_column(column, overflow="fold")
    for verdict in verdicts:
        mark = f"[{STYLES.get(verdict.state, 'green')}]{verdict.state}[/]"
        name = str(Path(verdict.file).relative_to(folder)).replace("[", "\\[")
        table.add_row(
            name, mark, (verdict.mistake.name if verdict.mistake else "").replace("[", "\\[")
        )
    console = Console()
    console.print(table)
    console.print(
        f"{sum(verdict.passed for verdict in verdicts)} of {len(verdicts)} right", highlight=False
    )


def write_json(verdicts: list[Verdict], target: str) -> None:
    """Write the verdicts as a list, to a file or, for ``-``, to standard output."""
    text = (
        json.dumps([verdict.as_json() for verdict in verdicts], indent=2, ensure_ascii=False) + "\n"
    )
    if target == "-":
        sys.stdout.write(text)
    else:
        Path(target).write_text(text, encoding="utf-8")


def _is_answer(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
    return path.is_file() and not hidden
