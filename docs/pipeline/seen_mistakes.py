"""By what one recognizes each mistake of the catalogue: measured by recorded runs, or counted."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import torch

from tutorial_code.checks.catalogue import Mistake, mistakes_of, solution, wrong_version
from tutorial_code.checks.exercises import NAMES
from tutorial_code.shared.tables import recorded_run

SIGNS = {
    "error": "an error",
    "count": "another number of parameters",
    "training": "a training that goes wrong",
    "test": "a wrong result of the test",
    "hang": "a training that stands still",
    "nothing": "nothing, in a short training",
}
WITH_CURVES = ("layer-mistakes-cpu", "mistakes-cpu", "parallel-mistakes-cpu")
RUNS = ("evaluate-mistakes-cpu", *WITH_CURVES)
RIGHT = "none"  # the id of the row without a mistake
NOTICED = 5.0  # points of accuracy
ROUNDING = 0.02  # of recorded accuracies


class Seen(NamedTuple):
    """What was measured of a mistake."""

    signs: list[str]  # keys of SIGNS; none if nothing was measured
    curves: list[list[float]]  # test accuracy by epoch, of each seed
    right_curves: list[list[float]]  # the same without the mistake
    error: str = ""  # the error in which it ended


def seen_mistakes() -> dict[tuple[str, str], Seen]:
    """Return what was measured of every mistake, by its answer and its id."""
    measured: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {}
    for name in RUNS:
        rows = recorded_run(name).rows()
        right = next((row for row in rows if row["id"] == RIGHT), {})
        measured |= {(row["answer"], row["id"]): (row, right) for row in rows if row["id"] != RIGHT}
    curves: dict[tuple[str, str], list[list[float]]] = {}
    right_curves: dict[tuple[str, str], list[list[float]]] = {}
    for name in WITH_CURVES:
        of_run: dict[tuple[str, str], list[list[float]]] = {}
        for curve in recorded_run(name).rows("curves.jsonl"):
            of_run.setdefault((curve["answer"], curve["id"]), []).append(curve["accuracies"])
        right = of_run.pop((RIGHT, RIGHT), [])
        curves |= of_run
        right_curves |= dict.fromkeys(of_run, right)
    found = {}
    for answer in NAMES:
        for mistake in mistakes_of(answer):
            signs = ["count"] if _count_differs(mistake) else []
            if mistake.hangs:
                signs.append("hang")
            key = answer, mistake.id
            if key in measured:
                signs.append(_sign(*measured[key]))
            if len(signs) == 2 and signs[1] == "nothing":
                signs.pop()
            error = measured[key][0].get("error", "") if key in measured else ""
            found[key] = Seen(signs, curves.get(key, []), right_curves.get(key, []), error)
    return found


def _sign(row: dict[str, Any], right: dict[str, Any]) -> str:
    if row.get("error"):
        return "error"
    if "third" in row:  # of evaluate, on trained networks
        alike = all(row[key] == right[key] for key in ("loss", "accuracy", "third", "after"))
        return "nothing" if alike else "test"
    if "saved" in row and abs(row["saved"] - row["accuracy"]) > ROUNDING:
        return "test"  # what is returned is not what the network in the file is worth
    return "training" if right["accuracy"] - row["accuracy"] >= NOTICED else "nothing"


# With these arguments every piece of an answer is built.
BUILT: dict[str, list[Callable[[Any], torch.nn.Module]]] = {
    "Bottleneck": [lambda block: block(256, 64), lambda block: block(256, 128, 2)],
    "ResNet50": [lambda network: network(num_classes=10)],
}


def _count_differs(mistake: Mistake) -> bool:
    """Tell whether a network with the mistake has another number of parameters."""
    for build, right in zip(BUILT.get(mistake.answer, ()), _counts(mistake.answer), strict=True):
        try:
            wrong = _count(build, wrong_version(mistake))
        except Exception:  # a mistake that cannot even be built has no count
            return False
        if wrong != right:
            return True
    return False


@cache
def _counts(answer: str) -> list[int]:
    return [_count(build, solution(answer)) for build in BUILT.get(answer, ())]


def _count(build: Callable[[Any], torch.nn.Module], version: Any) -> int:
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build(version).parameters())
