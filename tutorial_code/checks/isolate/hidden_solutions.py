"""The chapter as an answer may import it: with everything before the exercise, but without the
solution.
"""

import ast
import sys
from types import ModuleType
from typing import Any

import tutorial_code
from tutorial_code.checks.exercises import Exercise, chapter_of, exercises_of
from tutorial_code.shared.free_names import given_by, without


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
    statements = [each for each in chapter.tree.body if not isinstance(each, ast.If)]
    body = without(statements, [each for each in statements if given_by(each) & hidden])
    hidden |= {name for each in statements if each not in body for name in given_by(each)}
    name = f"tutorial_code.{chapter.name}"
    module = OpenChapter(name, hidden, asked)
    # With this name Python does not read the chapter for a traceback, which is not allowed.
    code = compile(ast.Module(body, type_ignores=[]), f"<{chapter.name}>", "exec")
    exec(code, module.__dict__)
    sys.modules[name] = module
    setattr(tutorial_code, chapter.name, module)
