"""The exercises: one folder for each, with its title, its hints, its mistakes, and the
configurations in which its answers are observed.

The chapter that sets an exercise, and the place in it, follow from its cells: an exercise is set
where the first of its classes or functions is defined in a cell with the tag ``exercise``.
"""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from tutorial_code.shared.chapters import Chapter, Task, read_chapters
from tutorial_code.shared.errors import ReaderError

FOLDERS = Path(__file__).parent
FOLDER = Path("exercises")  # the reader's own, relative to the project's folder


class Kind(StrEnum):
    """What a class or function is: this decides how it is called, observed and explained."""

    NETWORK = "network"  # a subclass of nn.Module: a block, or a whole network
    LOSS = "loss"  # a function that returns a criterion
    OPTIMIZER = "optimizer"  # a function that takes a model, and returns its optimizer
    TRAINING_LOOP = "training loop"  # f(model, loader, criterion, optimizer, device)
    TEST_LOOP = "test loop"  # f(model, loader, criterion, device)
    FUNCTION = "function"  # a function of tensors that returns tensors
    PARALLEL_LAYER = "parallel layer"  # an nn.Module whose batch is that of several processes
    PARALLEL_TRAINING = "parallel training"  # a function that all processes of a group call

    @property
    def uses_optimizer(self) -> bool:
        """Whether an optimizer is made while an answer of this kind is observed."""
        return self in {
            Kind.OPTIMIZER,
            Kind.TRAINING_LOOP,
            Kind.TEST_LOOP,
            Kind.PARALLEL_TRAINING,
        }


class Exercise(NamedTuple):
    """What the reader writes in one file."""

    id: str  # the name of its folder
    title: str
    minutes: int  # what a reader needs to write it, an estimate
    chapter: str  # the module that sets it
    names: tuple[str, ...]  # the classes and functions that are judged
    hints: tuple[str, ...]  # from a nudge to nearly the answer
    # ids of the earlier exercises whose answers it is built from, directly or through others
    uses: tuple[str, ...]

    @property
    def number(self) -> int:
        """The number of its chapter."""
        return int(self.chapter[2:4])

    @property
    def reading(self) -> str:
        """The chapter that sets it, for a sentence: chapter 4, “ResNet-50”.

        It names no file: in the file of a chapter the solution stands below the task.
        """
        title = chapter_of(self).title.partition(". ")[2]
        return f"chapter {self.number}, “{title}”"

    @property
    def module(self) -> str:
        """The name of the reader's file without extension: chapter number and exercise."""
        return f"ch{self.number:02}_{self.id}"

    @property
    def file(self) -> Path:
        """The path of the reader's answer, relative to the project's folder."""
        return FOLDER / f"{self.module}.py"

    @property
    def kinds(self) -> set[Kind]:
        """The kinds of its classes and functions."""
        return {kind_of(name) for name in self.names}

    @property
    def tasks(self) -> list[Task]:
        """What the chapter says about each class or function."""
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


def _read_folders() -> dict[str, dict[str, Any]]:
    """Return what each folder's ``exercise.toml`` holds: title, hints, a table for each name."""
    return {
        path.parent.name: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDERS.glob("*/exercise.toml"))
    }


def _tables(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: table for name, table in said.items() if isinstance(table, dict)}


def _owners(folders: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the id of the exercise that asks for each class or function."""
    owners: dict[str, str] = {}
    for id, said in folders.items():
        if not said.get("title") or len(said.get("hints", [])) != 3:
            raise LookupError(f"{id}/exercise.toml needs a title and three hints")
        if not isinstance(said.get("minutes"), int) or said["minutes"] < 1:
            raise LookupError(
                f"{id}/exercise.toml needs minutes, the time that a reader takes to write it"
            )
        for name, table in _tables(said).items():
            if table.get("kind") not in set(Kind) or not table.get("look"):
                kinds = ", ".join(Kind)
                raise LookupError(f"{id}/exercise.toml: {name} needs looks, and a kind of {kinds}")
            if name in owners:
                raise LookupError(f"{name} belongs to two exercises, {owners[name]} and {id}")
            owners[name] = id
    return owners


def _in_reading_order(folders: dict[str, dict[str, Any]]) -> tuple[Exercise, ...]:
    owners = _owners(folders)
    made: dict[str, Exercise] = {}
    for chapter in read_chapters():
        for task in chapter.tasks:
            if task.name not in owners:
                raise LookupError(
                    f"{chapter.path.name} tags {task.name}, which no exercise's folder has"
                )
            id = owners[task.name]
            if id not in made:
                made[id] = _made(id, folders[id], chapter, made)
    if left := folders.keys() - made.keys():
        names = ", ".join(sorted(left))
        raise LookupError(f"no chapter has a cell with the tag exercise for {names}")
    return tuple(made.values())


def _made(
    id: str, said: dict[str, Any], chapter: Chapter, earlier: dict[str, Exercise]
) -> Exercise:
    names = tuple(_tables(said))
    used = {name for task in chapter.tasks if task.name in names for name in task.uses}
    direct = [each for each in earlier.values() if used.intersection(each.names)]
    needed = {id for each in direct for id in (each.id, *each.uses)}
    hints = tuple(" ".join(hint.split()) for hint in said["hints"])
    uses = tuple(id for id in earlier if id in needed)
    return Exercise(id, said["title"], said["minutes"], chapter.name, names, hints, uses)


_FOLDERS = _read_folders()
EXERCISES = _in_reading_order(_FOLDERS)
NAMES = tuple(name for exercise in EXERCISES for name in exercise.names)  # all that are judged


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


def kind_of(name: str) -> Kind:
    """Return the kind of a class or function."""
    return Kind(_FOLDERS[exercise_of(name).id][name]["kind"])


def looks_of(name: str) -> list[dict[str, Any]]:
    """Return the configurations in which a class or function is observed, from its folder.

    Their keys are described in the module of ``checks/observe`` that observes this kind. What
    stands beside ``kind`` in the table of the class or function holds for each of them, and
    ``chapter`` is the module that asks for it.
    """
    table = _FOLDERS[exercise_of(name).id][name]
    common = {key: value for key, value in table.items() if key not in {"kind", "look"}}
    common["chapter"] = f"tutorial_code.{exercise_of(name).chapter}"
    return [{**common, **look} for look in table["look"]]


def task_of(name: str) -> Task:
    """Return what the chapter says about a class or function."""
    return next(task for task in exercise_of(name).tasks if task.name == name)
