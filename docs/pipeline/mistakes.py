"""The page of common mistakes: the catalogue, with what the recorded runs measured of each."""

import ast
import difflib

from pipeline.seen_mistakes import SIGNS, Seen, seen_mistakes
from tutorial_code.checks.catalogue import Mistake, mistakes_of, solution_source, wrong_source
from tutorial_code.checks.exercises import NAMES, exercise_of

HEAD = """\
# Common mistakes

{count} ways to go wrong, and what each of them looks like. The checks know them all: `resnet50
check` runs your answer and tells you which one it is. If you only see that something is wrong, look
for it here by what you see.

<div class="find-mistakes" markdown data-answers="{answers}" data-signs="{signs}">

A red line with a minus is wrong, and the green lines with a plus are right in its place. The small
curves are test accuracies after each epoch: green without the mistake, red with it, three seeds
each.

</div>

What one sees of a mistake was measured where a short training can show it. A ResNet-50 of a quarter
of the width learned the digits for three epochs, three seeds each (the recorded run
[`mistakes-cpu`](runs.md#mistakes-cpu)), the answers of chapter 2 were tried in a network of three
layers ([`layer-mistakes-cpu`](runs.md#layer-mistakes-cpu)), and those of `evaluate` on trained
networks ([`evaluate-mistakes-cpu`](runs.md#evaluate-mistakes-cpu)). Those of `train_distributed`
trained a small network by four processes
([`parallel-mistakes-cpu`](runs.md#parallel-mistakes-cpu)). "Nothing that one would notice" means
less than five points of accuracy there.

This page is made from the catalogue of the checks, in `tutorial_code/checks/exercises/`.
"""
WIDTH, HEIGHT = 132, 52  # of the small curves
# What stands beneath a mistake's name is found by the fields of this page. The index of the search,
# which each page loads, has the names.
UNSEARCHED = "{ data-search-exclude }"


def page() -> str:
    """Return the page as Markdown."""
    seen = seen_mistakes()
    signs = "|".join(f"{sign}:{text}" for sign, text in SIGNS.items())
    count = sum(len(mistakes_of(answer)) for answer in NAMES)
    parts = [HEAD.format(count=count, answers=" ".join(NAMES), signs=signs)]
    for answer in NAMES:
        exercise = exercise_of(answer)
        parts.append(
            f"## `{answer}`\n\n"
            f"Chapter {exercise.number}. Check yours with `resnet50 check {exercise.id}`.\n"
        )
        parts += [_entry(mistake, seen[answer, mistake.id]) for mistake in mistakes_of(answer)]
    return "\n".join(parts)


def _entry(mistake: Mistake, seen: Seen) -> str:
    return (
        f'<div class="mistake" markdown data-answer="{mistake.answer}" '
        f'data-signs="{" ".join(seen.signs)}">\n\n'
        f"### {_as_it_is(mistake.name.rstrip('.'))}\n\n"
        f"```diff\n{_difference(mistake)}\n```\n\n"
        f"{_curves(seen)}"
        f"**What you see.** {_as_it_is(mistake.seen)}\n{UNSEARCHED}\n\n"
        f"{_error(seen)}"
        f"**Why.** {_as_it_is(mistake.explanation)}\n{UNSEARCHED}\n\n"
        "</div>\n"
    )


def _as_it_is(text: str) -> str:
    """Return text in which Markdown does not take ``__init__`` for bold."""
    return text.replace("__", r"\_\_")


def _error(seen: Seen) -> str:
    """Return the words of the recorded error, which a reader may search for, or nothing."""
    if not seen.error:
        return ""
    words = seen.error.replace("`", "'").removesuffix("...")
    return f"**The error**, as it was recorded in a small network: `{words}`\n{UNSEARCHED}\n\n"


def _difference(mistake: Mistake) -> str:
    wrong, right = (
        ast.unparse(ast.parse(source)).splitlines()  # the same, however the lines were broken
        for source in (wrong_source(mistake), solution_source(mistake.answer))
    )
    lines = list(difflib.unified_diff(wrong, right, n=0, lineterm=""))[2:]
    return "\n".join(
        line.rstrip() for line in lines if not line.startswith("@@") and line[1:].strip()
    )


def _curves(seen: Seen) -> str:
    """Return the accuracies with and without the mistake, drawn small, or nothing."""
    if not seen.curves:
        return ""
    with_it, without = (
        "".join(f'<polyline points="{_points(curve)}"/>' for curve in curves)
        for curves in (seen.curves, seen.right_curves)
    )
    last = [sum(curve[-1] for curve in curves) / 3 for curves in (seen.curves, seen.right_curves)]
    said = f"Final accuracy: {last[0]:.0f}% with the mistake, {last[1]:.0f}% without."
    return (
        f'<svg class="curves" role="img" aria-label="{said}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><title>{said}</title>'
        f'<path d="M2 2V{HEIGHT - 2}H{WIDTH - 2}"/>'
        f'<g class="right">{without}</g><g class="wrong">{with_it}</g></svg>\n\n'
    )


def _points(curve: list[float]) -> str:
    """Return an accuracy in percent over the epochs as places in the small drawing."""
    step = (WIDTH - 12) / (len(curve) - 1)
    return " ".join(
        f"{6 + number * step:.0f},{HEIGHT - 4 - value / 100 * (HEIGHT - 8):.1f}"
        for number, value in enumerate(curve)
    )
