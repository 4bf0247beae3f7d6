"""The mistakes that people make. Each is a small change of the chapter's solution, with a name and an explanation.

It serves three times: it tests the checks, it names what an answer does wrong, and it is a page. The mistakes stand in
the files of this folder, one for each class or function.
"""

import ast
import importlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tutorial_code.checks.exercises import PACKAGE, exercise_of


class Mistake(NamedTuple):
    """One typical wrong answer."""

    id: str
    answer: str  # the name of the class or function that it is a wrong version of
    edits: tuple[tuple[str, str], ...]  # pieces of the solution, and what stands there instead
    name: str  # what is wrong, in a sentence
    explanation: str  # which thought leads there, why it is wrong, what to do
    seen: str  # what one would see happen in training
    section: str  # of the chapter: where it is explained


@cache
def mistakes_of(answer: str) -> tuple[Mistake, ...]:
    """Return the catalogued mistakes of one class or function."""
    entries = tomllib.loads((Path(__file__).parent / f"{answer}.toml").read_text(encoding="utf-8"))["mistake"]
    return tuple(
        Mistake(
            entry["id"],
            answer,
            tuple((edit["right"], edit["wrong"]) for edit in entry["edit"]),
            *(_one_line(entry[key]) for key in ("name", "explanation", "seen")),
            entry.get("section", "The exercise"),
        )
        for entry in entries
    )


@cache
def solution_source(answer: str) -> str:
    """Return the source of the chapter's own version, decorators included."""
    path = PACKAGE / f"{exercise_of(answer).chapter}.py"
    text = path.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == answer:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno]) + "\n"
    raise LookupError(f"{path.name} defines no {answer}")


def solution(answer: str) -> Any:
    """Return the chapter's own version."""
    return getattr(importlib.import_module(f"tutorial_code.{exercise_of(answer).chapter}"), answer)


def wrong_source(mistake: Mistake) -> str:
    """Return the source of the wrong version."""
    source = solution_source(mistake.answer)
    for right, wrong in mistake.edits:
        if source.count(right) != 1:
            raise LookupError(f"{mistake.id}: {right!r} stands {source.count(right)} times in {mistake.answer}")
        source = source.replace(right, wrong)
    return source


def wrong_version(mistake: Mistake) -> Any:
    """Return the wrong class or function, in the chapter's namespace."""
    chapter = importlib.import_module(f"tutorial_code.{exercise_of(mistake.answer).chapter}")
    namespace = {**vars(chapter), "__name__": f"mistake.{mistake.id}"}
    exec(compile(wrong_source(mistake), f"<mistake {mistake.id}>", "exec"), namespace)
    return namespace[mistake.answer]


def _one_line(text: str) -> str:
    return " ".join(text.split())
