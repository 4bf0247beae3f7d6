"""The chapter as an answer may import it: with everything before the exercise, but without the
solution.
"""

import ast
import sys
from types import ModuleType
from typing import Any

import tutorial_code
from tutorial_code.checks.exercises import Exercise, chapter_of, exercises_of
from tutorial_code.shared.free_names import names_bound_by


class OpenChapter(ModuleType):
    """A chapter's module without its solutions; it records which of them are requested."""

    def __init__(self, name: str, hidden: set[str], asked: set[str]) -> None:
        super().__init__(name)
        self.__dict__["_hidden"], self.__dict__["_asked"] = hidden, asked

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__["_hidden"]:
            self.__dict__["_asked"].add(self.__name__)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


def open_chapter(exercise: Exercise, asked: set[str]) -> None:
    """Put the chapter of an exercise where imports find it, without the solutions of this and later
    exercises, and without anything that is built from them.

    Args:
        exercise: what is judged.
        asked: the name of the module is added to it as soon as something asks for a solution.
    """
    chapter = chapter_of(exercise)
    following = exercises_of(chapter)
    following = following[following.index(exercise) :]
    hidden = {name for each in following for name in each.names}
    body = _without(chapter.tree.body, hidden)
    name = f"tutorial_code.{chapter.name}"
    module = OpenChapter(name, hidden, asked)
    # With this name Python does not read the chapter for a traceback, which is not allowed.
    code = compile(ast.Module(body, type_ignores=[]), f"<{chapter.name}>", "exec")
    exec(code, module.__dict__)
    sys.modules[name] = module
    setattr(tutorial_code, chapter.name, module)


def _without(statements: list[ast.stmt], hidden: set[str]) -> list[ast.stmt]:
    """Return the statements that do not need the hidden names; add to these the names that do."""
    left = [statement for statement in statements if not isinstance(statement, ast.If)]
    while True:
        kept = [statement for statement in left if not _mentioned(statement) & hidden]
        if len(kept) == len(left):
            return kept
        hidden |= {name for each in left if each not in kept for name in names_bound_by(each)}
        left = kept


def _mentioned(statement: ast.stmt) -> set[str]:
    used = {part.id for part in ast.walk(statement) if isinstance(part, ast.Name)}
    return used | set(names_bound_by(statement))
