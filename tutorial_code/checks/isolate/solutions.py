"""Whether an answer is the reader's own: it may import earlier chapters, the part of its chapter
before the exercise, and earlier answers, but not the solution.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tutorial_code
from tutorial_code.checks.exercises import (
    FOLDERS,
    Exercise,
    Kind,
    chapter_of,
    exercise_of,
    exercises_of,
)
from tutorial_code.checks.isolate.hidden_solutions import open_chapter
from tutorial_code.shared.chapters import PACKAGE

CHAPTER = re.compile(r"(ch(\d\d)_\w+)")
TORCHVISION = re.compile(r"torchvision[\\/]models[\\/]\w+\.py$")
NETWORKS = "torchvision.models"


class Watch:
    """Hides the solution from an answer, and records where the answer looks for one.

    ``found`` names the sources of solutions that were imported, opened or called.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.number = exercise.number
        self.of_a_network = Kind.NETWORK in exercise.kinds
        self.found: set[str] = set()
        self._forget_later_chapters()
        open_chapter(exercise, self.found)

    def _forget_later_chapters(self) -> None:
        """Forget the chapter and later ones, so that importing them again is noticed."""
        for name in list(sys.modules):
            package, _, chapter = name.partition(".")
            if package == "tutorial_code" and self._is_solution(chapter):
                del sys.modules[name]
                vars(tutorial_code).pop(chapter, None)

    def _is_solution(self, name: str) -> bool:
        found = CHAPTER.match(name)
        return found is not None and int(found[2]) >= self.number

    def start(self) -> None:
        """Start listening."""
        sys.addaudithook(self._hear)

    def over(self, scenarios: Iterator[Any]) -> list[Any]:
        """Return the scenarios; torchvision's networks may be imported before or meanwhile, but not
        used.
        """
        imported = NETWORKS in sys.modules
        if imported and self.of_a_network:
            sys.setprofile(self._called)
        try:
            return list(scenarios)
        finally:
            sys.setprofile(None)
            if self.of_a_network and not imported and NETWORKS in sys.modules:
                self.found.add(NETWORKS)

    def _called(self, frame: Any, event: str, _: Any) -> None:
        if event == "call" and TORCHVISION.search(frame.f_code.co_filename):
            self.found.add(NETWORKS)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "import":
            package, _, name = str(arguments[0]).partition(".")
            if package == "tutorial_code" and (
                self._is_solution(name) or name.startswith("checks.")
            ):
                self.found.add(f"{package}.{name}")
        elif event == "open" and isinstance(arguments[0], str):
            path = Path(arguments[0])
            if path.is_relative_to(FOLDERS):
                self.found.add("the catalogue of mistakes")
            elif path.is_relative_to(PACKAGE) and self._is_solution(path.name):
                self.found.add(f"tutorial_code.{path.name.partition('.')[0]}")
            elif (
                self.of_a_network and TORCHVISION.search(arguments[0]) and path.name == "resnet.py"
            ):
                importer = sys._getframe(1).f_code.co_filename.startswith("<frozen importlib")
                self.found |= set() if importer else {NETWORKS}


def own_of_others(answer: Any, name: str) -> str:
    """Return the module of the solution that a class or function in this process comes from, or an
    empty string.

    Args:
        answer: what was passed to ``check``.
        name: the name that the exercise gives it.
    """
    exercise = exercise_of(name)
    beside = exercises_of(chapter_of(exercise))
    earlier = {name for each in beside[: beside.index(exercise)] for name in each.names}
    for part in (answer, *getattr(answer, "__mro__", ())):
        module = getattr(part, "__module__", None) or ""
        own_chapter = module == f"tutorial_code.{exercise.chapter}"
        if own_chapter and getattr(part, "__name__", "") in earlier:
            continue
        if module.startswith((NETWORKS, "tutorial_code.ch")) and not _comes_before(
            module, exercise
        ):
            return module
    return ""


def _comes_before(module: str, exercise: Exercise) -> bool:
    found = CHAPTER.match(module.removeprefix("tutorial_code."))
    return found is not None and int(found[2]) < exercise.number


def sentence(found: set[str]) -> str:
    """Return the sentence that the reader is told."""
    return (
        f"It takes the solution from {min(found)}. Write it yourself: an answer may import earlier "
        "chapters and your own earlier answers, and nothing that holds the solution."
    )
