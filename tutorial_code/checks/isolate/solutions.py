"""Whether an answer is the reader's own: it may import earlier chapters and earlier answers, not
the solution.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tutorial_code
from tutorial_code.checks.exercises import FOLDERS
from tutorial_code.shared.chapters import PACKAGE

CHAPTER = re.compile(r"(ch(\d\d)_\w+)")
TORCHVISION = re.compile(r"torchvision[\\/]models[\\/]\w+\.py$")
NETWORKS = "torchvision.models"


def forget(chapter: str) -> None:
    """Let the chapter and later ones be imported anew, so that an answer that imports them is seen."""
    for name in list(sys.modules):
        if _is_solution(name.removeprefix("tutorial_code."), chapter) and name.startswith(
            "tutorial_code."
        ):
            del sys.modules[name]
            vars(tutorial_code).pop(name.partition(".")[2], None)


def _is_solution(name: str, chapter: str) -> bool:
    found = CHAPTER.match(name)
    return bool(found) and int(found[2]) >= int(chapter[2:4])


class Watch:
    """Listens from now on to what is imported, opened and called; ``found`` names the places of a
    solution.
    """

    def __init__(self, chapter: str, names: tuple[str, ...]) -> None:
        self.chapter = chapter
        self.of_a_network = bool({"Bottleneck", "ResNet50"} & set(names))
        self.found: set[str] = set()
        sys.addaudithook(self._hear)

    def over(self, scenarios: Iterator[Any]) -> list[Any]:
        """Return the scenarios; torchvision's networks may be imported meanwhile or before, but not
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
                _is_solution(name, self.chapter) or name.startswith("checks.")
            ):
                self.found.add(f"{package}.{name}")
        elif event == "open" and isinstance(arguments[0], str):
            path = Path(arguments[0])
            if path.is_relative_to(FOLDERS):
                self.found.add("the catalogue of mistakes")
            elif path.is_relative_to(PACKAGE) and _is_solution(path.name, self.chapter):
                self.found.add(f"tutorial_code.{CHAPTER.match(path.name.partition('.')[0])[1]}")
            elif (
                self.of_a_network and TORCHVISION.search(arguments[0]) and path.name == "resnet.py"
            ):
                importer = sys._getframe(1).f_code.co_filename.startswith("<frozen importlib")
                self.found |= set() if importer else {NETWORKS}


def own_of_others(answer: Any) -> str:
    """Return which solution a class or function of this process comes from, or an empty text."""
    modules = [
        getattr(part, "__module__", None) or ""
        for part in (answer, *getattr(answer, "__mro__", ()))
    ]
    return next((name for name in modules if name.startswith((NETWORKS, "tutorial_code.ch"))), "")


def sentence(found: set[str]) -> str:
    """Return what a reader is told."""
    return (
        f"It takes the solution from {min(found)}. Write it yourself: an answer may import earlier "
        "chapters and your own earlier answers, and nothing that holds the solution."
    )
