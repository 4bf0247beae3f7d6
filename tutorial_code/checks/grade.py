"""Judge a whole class: every file of a folder, each in a process of its own."""

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tutorial_code.checks.diagnose.verdict import Verdict
from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.grading.submissions import find_answers, find_files
from tutorial_code.checks.isolate.worker import judge_files
from tutorial_code.checks.terminal import STYLES
from tutorial_code.shared.errors import ReaderError


def grade_folder(exercise: Exercise | None, folder: Path, jobs: int) -> list[Verdict]:
    """Judge every ``.py`` and ``.ipynb`` file in the folder and below it.

    Args:
        exercise: what all files answer; if None, each file is judged for the exercises that it
            defines.
        folder: the folder of the class.
        jobs: how many files to judge at the same time.

    Raises:
        ReaderError: there is no such folder, or no such file in it.
    """
    files = find_files(folder)
    answers = [(path, exercise) for path in files] if exercise else find_answers(files)
    if not answers:
        raise ReaderError(
            f"No file in {folder} defines what an exercise asks for: name the exercise in place of "
            "all, and each file is judged for it."
        )
    verdicts = judge_files(answers, jobs)
    return list(
        track(verdicts, "judging", total=len(answers), console=Console(stderr=True), transient=True)
    )


def print_table(verdicts: list[Verdict], folder: Path) -> None:
    """Print a row for each file: its state, and the mistake; its exercise, too, if they differ."""
    table = Table(box=None, pad_edge=False)
    several = len({verdict.exercise for verdict in verdicts}) > 1
    for column in ("file", *(["exercise"] if several else []), "verdict", "mistake"):
        table.add_column(column, overflow="fold")
    for verdict in verdicts:
        mark = f"[{STYLES.get(verdict.state, 'green')}]{verdict.state}[/]"
        name = str(Path(verdict.file).relative_to(folder)).replace("[", "\\[")
        mistake = (verdict.mistake.name if verdict.mistake else "").replace("[", "\\[")
        table.add_row(name, *([verdict.exercise] if several else []), mark, mistake)
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
