"""The exercises: a folder each, with its title, hints, mistakes, and what its answers are looked at
with.

Which chapter sets an exercise, and where in it, follows from the chapter's cells: an exercise is
set where the first of its classes or functions is defined in a cell with the tag ``exercise``.
"""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from tutorial_code.shared.chapters import Chapter, Task, read_chapters
from tutorial_code.shared.errors import ReaderError

FOLDERS = Path(__file__).parent
FOLDER = Path("exercises")  # the reader's own, seen from the project's folder


class Exercise(NamedTuple):
    """What the reader writes in one file."""

    id: str  # the name of its folder
    title: str
    chapter: str  # the module that sets it
    names: tuple[str, ...]  # the classes and functions that are judged
    hints: tuple[str, ...]  # from a nudge to nearly the answer
    uses: tuple[str, ...]  # ids of earlier exercises whose answers it is built from

    @property
    def number(self) -> int:
        """The number of its chapter."""
        return int(self.chapter[2:4])

    @property
    def module(self) -> str:
        """The name of the reader's file without its ending: chapter and exercise, in reading order.
        """
        return f"ch{self.number:02}_{self.id}"

    @property
    def file(self) -> Path:
        """Where the reader's answer is, seen from the project's folder."""
        return FOLDER / f"{self.module}.py"

    @property
    def tasks(self) -> list[Task]:
        """What the chapter says of each class or function."""
        return [task for task in chapter_of(self).tasks if task.name in self.names]

    @property
    def imports(self) -> str:
        """The imports of the chapter that its solution uses."""
        return chapter_of(self).imports_of(self.names)


def chapter_of(exercise: Exercise) -> Chapter:
    """Return the chapter that sets an exercise, as its file is now."""
    return next(chapter for chapter in read_chapters() if chapter.name == exercise.chapter)


def exercises_of(chapter: Chapter) -> list[Exercise]:
    """Return the exercises that a chapter sets, in reading order."""
    return [exercise for exercise in EXERCISES if exercise.chapter == chapter.name]


def read_folder(folder: Path) -> dict[str, Any]:
    """Return what the folder of an exercise says: title, hints, and a table for each name."""
    return tomllib.loads((folder / "exercise.toml").read_text(encoding="utf-8"))


def _read_exercises() -> tuple[Exercise, ...]:
    """Return the exercises in reading order."""
    folders = {path.parent.name: read_folder(path.parent) for path in FOLDERS.glob("*/exercise.toml")}
    owners = {
        name: id for id, said in folders.items() for name in said if isinstance(said[name], dict)
    }
    made: dict[str, Exercise] = {}
    for chapter in read_chapters():
        for task in chapter.tasks:
            if task.name not in owners:
                raise LookupError(f"{chapter.path.name} tags {task.name}, which no exercise's folder has")
            id = owners[task.name]
            if id in made:
                continue
            said = folders[id]
            names = tuple(name for name in said if isinstance(said[name], dict))
            used = {name for each in chapter.tasks if each.name in names for name in each.uses}
            uses = tuple(each.id for each in made.values() if used.intersection(each.names))
            hints = tuple(" ".join(hint.split()) for hint in said["hints"])
            made[id] = Exercise(id, said["title"], chapter.name, names, hints, uses)
    if left := folders.keys() - made.keys():
        raise LookupError(f"no chapter has a cell with the tag exercise for {', '.join(sorted(left))}")
    return tuple(made.values())


EXERCISES = _read_exercises()
NAMES = tuple(name for exercise in EXERCISES for name in exercise.names)  # of all that is judged


def find_exercise(id: str) -> Exercise:
    """Return an exercise by its id.

    Raises:
        ReaderError: there is no such exercise.
    """
    for exercise in EXERCISES:
        if exercise.id == id:
            return exercise
    ids = ", ".join(exercise.id for exercise in EXERCISES)
    raise ReaderError(f"There is no exercise {id!r}: choose {ids}.")


def exercise_of(name: str) -> Exercise:
    """Return the exercise that asks for a class or function of this name.

    Raises:
        LookupError: none does.
    """
    for exercise in EXERCISES:
        if name in exercise.names:
            return exercise
    raise LookupError(f"No exercise asks for {name}.")
