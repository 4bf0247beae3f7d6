"""The catalogue of mistakes: each is a small change of the chapter's solution, with a name and an
explanation.

It has three uses: it tests the checks, it names what an answer does wrong, and it becomes a page.
The mistakes are in the folder of their exercise, one file for each class or function.
"""

import re
import tomllib
from functools import cache
from typing import Any, NamedTuple

from tutorial_code.checks.exercises import FOLDERS, chapter_of, exercise_of, task_of


class Mistake(NamedTuple):
    """One typical wrong answer."""

    id: str
    answer: str  # the name of the class or function that it is a wrong version of
    edits: tuple[tuple[str, str], ...]  # pieces of the solution, and what replaces them
    name: str  # what is wrong, in a sentence
    explanation: str  # the thought behind it, why it is wrong, what to do
    seen: str  # the effect that it has in training
    section: str  # the section of the chapter that explains it
    hangs: bool = False  # whether processes wait for each other for ever
    shows: str = ""  # the name of a fact that it gets wrong; others need not be compared with it
    # edits that make the same mistake in another style, whose numbers are others
    variants: tuple[tuple[tuple[str, str], ...], ...] = ()


@cache
def mistakes_of(answer: str) -> tuple[Mistake, ...]:
    """Return the catalogued mistakes of one class or function."""
    task = task_of(answer)
    path = FOLDERS / exercise_of(answer).id / f"{answer}.toml"
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["mistake"]
    return tuple(
        Mistake(
            entry["id"],
            answer,
            _edits(entry["edit"]),
            _in_one_line(entry["name"]),
            _in_one_line(entry["explanation"]),
            _in_one_line(entry["seen"]),
            entry.get("section", task.section),
            entry.get("hangs", False),
            entry.get("shows", ""),
            tuple(_edits(variant["edit"]) for variant in entry.get("variant", ())),
        )
        for entry in entries
    )


def versions_of(mistake: Mistake) -> list[Mistake]:
    """Return a mistake in each style in which it is catalogued, the first one first."""
    return [mistake, *(mistake._replace(edits=edits, variants=()) for edits in mistake.variants)]


def _edits(entries: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((entry["right"], entry["wrong"]) for entry in entries)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def solution_source(answer: str) -> str:
    """Return the source of the chapter's own version, decorators included."""
    return chapter_of(exercise_of(answer)).source_of(answer)


def solution(answer: str) -> Any:
    """Return the chapter's own version."""
    return getattr(chapter_of(exercise_of(answer)).module(), answer)


def wrong_source(mistake: Mistake) -> str:
    """Return the source of the wrong version.

    Raises:
        LookupError: a piece does not occur exactly once in the solution.
    """
    source = solution_source(mistake.answer)
    for right, wrong in mistake.edits:
        places = list(_pattern(right).finditer(source))
        if len(places) != 1:
            raise LookupError(
                f"{mistake.id}: {right!r} occurs {len(places)} times in {mistake.answer}"
            )
        source = source[: places[0].start()] + wrong + source[places[0].end() :]
    return source


def _pattern(piece: str) -> re.Pattern:
    """Return a pattern that finds a piece of code however its lines are broken."""
    code = piece.strip()
    before, after = piece.partition(code)[::2]
    words = re.findall(r"\w+|[^\w\s]", code)
    parts = [rf"(?:,\s*)?{re.escape(w)}" if w in ")]}" else re.escape(w) for w in words]
    end = ""
    if words[0] == "return":  # the value may be in parentheses over several lines
        parts[0], end = r"return(\s*\((?=\n))?", r"(?(1),?\s*\))"
    return re.compile(re.escape(before) + r"\s*".join(parts) + end + re.escape(after))


def wrong_version(mistake: Mistake) -> Any:
    """Return the wrong class or function, in the chapter's namespace."""
    chapter = chapter_of(exercise_of(mistake.answer)).module()
    namespace = {**vars(chapter), "__name__": f"mistake.{mistake.id}"}
    exec(compile(wrong_source(mistake), f"<mistake {mistake.id}>", "exec"), namespace)
    return namespace[mistake.answer]
