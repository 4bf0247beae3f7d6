"""The files for the reader to work in, made from the chapters: imports, tasks and stubs; and
beside them the rules for an assistant.
"""

import textwrap
from pathlib import Path

from tutorial_code.checks import assistant_rules
from tutorial_code.checks.exercises import EXERCISES, Exercise, find_exercise
from tutorial_code.shared.overwriting import prepare_to_overwrite
from tutorial_code.shared.stubs import task_comment

WIDTH = 80  # columns of a skeleton, as in the chapters


def write_skeletons(folder: Path, force: bool = False) -> list[tuple[Path, str]]:
    """Write a file for each exercise, and the rules; return what was done to each one.

    A file that the reader has changed is left alone; with ``force`` it is kept as ``.bak`` beside
    the new one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {exercise.file.name: skeleton(exercise) for exercise in EXERCISES}
    files[assistant_rules.FILE] = assistant_rules.rules()
    return [_write(folder / name, text, force) for name, text in files.items()]


def _write(path: Path, text: str, force: bool) -> tuple[Path, str]:
    old = path.read_text(encoding="utf-8") if path.exists() else None
    if old == text:
        return path, "already exists"
    if old is None:
        path.write_text(text, encoding="utf-8")
        return path, "written"
    if not force:
        return path, "has been changed and is left alone; --force overwrites it and keeps a .bak"
    prepare_to_overwrite(path, force)
    path.write_text(text, encoding="utf-8")
    return path, "overwritten, the old one is kept as .bak"


def skeleton(exercise: Exercise) -> str:
    """Return the text of an exercise's file."""
    head = (
        f'"""Exercise: {exercise.title}.\n\n'
        f"{textwrap.fill(explained_in(exercise), WIDTH)}\n"
        f"Then check what you wrote: uv run resnet50 check {exercise.id}\n"
    )
    for earlier in map(find_exercise, exercise.uses):
        *others, last = earlier.names
        own = (
            f"Where your own {', '.join(others)} and {last} pass their check, they are taken"
            if others
            else f"Where your own {last} passes its check, it is taken"
        )
        own += " here in place of the chapter's."
        head += textwrap.fill(own, WIDTH) + "\n"
    head += '"""\n'
    cells = (f"\n\n{cell.rstrip()}" for cell in exercise_cells(exercise))
    return "\n".join([head, exercise.imports, *cells]) + "\n"


def explained_in(exercise: Exercise) -> str:
    """Say where to read, without sending the reader to the file in which the solution stands."""
    return (
        f"What to write stands here, above each definition. It is explained in {exercise.reading}. "
        "The page of a chapter folds its solutions away (uv run mkdocs serve); in the chapter's "
        "file the solution stands below the task."
    )


def exercise_cells(exercise: Exercise) -> list[str]:
    """Return the stub of each class or function, with the chapter's words above it."""
    return [task_comment(task.words, WIDTH) + task.stub for task in exercise.tasks]
