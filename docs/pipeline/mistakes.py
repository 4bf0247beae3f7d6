"""The page of common mistakes, made from the catalogue."""

import ast
import difflib

from tutorial_code.checks.catalogue import Mistake, mistakes_of, solution_source, wrong_source
from tutorial_code.checks.exercises import NAMES, exercise_of

HEAD = """\
# Common mistakes

{count} ways to go wrong, and what each of them looks like. The checks know them all: `resnet50
check` runs your answer and tells you which one it is. A red line with a minus is wrong, and the
green lines with a plus are right in its place.

What one sees of a mistake was measured where a short training can show it: a ResNet-50 of a quarter
of the width learned the digits for three epochs, three seeds each, and the answers of chapter 2 a
network of three layers (`benchmarks/what_mistakes_do.py`, `benchmarks/layer_mistakes.py`). "Nothing
that one would notice" means less than five points of accuracy there.

This page is made from the catalogue of the checks, in `tutorial_code/checks/exercises/`.
"""


def page() -> str:
    """Return the page as Markdown."""
    parts = [HEAD.format(count=sum(len(mistakes_of(answer)) for answer in NAMES))]
    for answer in NAMES:
        exercise = exercise_of(answer)
        parts.append(
            f"## `{answer}`\n\n"
            f"Chapter {exercise.number}. Check yours with `resnet50 check {exercise.id}`.\n"
        )
        parts += [_entry(mistake) for mistake in mistakes_of(answer)]
    return "\n".join(parts)


def _entry(mistake: Mistake) -> str:
    return (
        f"### {mistake.name.rstrip('.')}\n\n"
        f"```diff\n{_difference(mistake)}\n```\n\n"
        f"**What you see.** {mistake.seen}\n\n"
        f"**Why.** {mistake.explanation}\n"
    )


def _difference(mistake: Mistake) -> str:
    wrong, right = (
        ast.unparse(ast.parse(source)).splitlines()  # the same, however the lines were broken
        for source in (wrong_source(mistake), solution_source(mistake.answer))
    )
    lines = list(difflib.unified_diff(wrong, right, n=0, lineterm=""))[2:]
    return "\n".join(
        line.rstrip() for line in lines if not line.startswith("@@") and line[1:].strip()
    )
