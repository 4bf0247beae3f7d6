"""Which computation gives the number that a loop returned, for wrong results."""

from collections.abc import Iterator
from typing import Any

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.diagnose.sum_formulas import (
    ACCURACIES,
    LOSSES,
    Formula,
    right_accuracy,
    right_loss,
)
from tutorial_code.checks.observe.facts import Fact, Record, Scenario, same

LOSS, ACCURACY = "loss", "accuracy"
RESULTS = {
    Fact.MEAN_LOSS: (LOSS, "The mean loss"),
    Fact.FIRST_RESULT: (LOSS, "The first result, the loss,"),
    Fact.SECOND_RESULT: (ACCURACY, "The second result, the accuracy,"),
}
FORMULAS = {LOSS: LOSSES, ACCURACY: ACCURACIES}
ONCE = (
    "Add up over images, each batch's {what}, and divide once, after the loop, by the number of "
    "all images that came."
)
COARSE = 0.01  # relative: a deviation that rounding can explain


def explain_results(expected: Record, got: Record) -> Iterator[Difference]:
    """Return what the wrong returned numbers are, over all loaders at once."""
    for fact, (which, words) in RESULTS.items():
        pairs = [
            (right, right["facts"][fact], value)
            for right, mine in zip(expected, got, strict=False)
            if fact in right["facts"] and isinstance(value := mine["facts"].get(fact), (int, float))
        ]
        wrong = [pair for pair in pairs if not same(float(pair[2]), pair[1])]
        if not wrong:
            continue
        what = "mean loss times its number of images" if which == LOSS else "hits"
        formula = next(
            (
                f
                for f in FORMULAS[which]
                if all(_fits(f, scenario, value) for scenario, _, value in pairs)
            ),
            None,
        )
        where = f"expected {wrong[0][1]:.4f}, got {wrong[0][2]:.4f}"
        if formula:
            advice = f"{formula.advice} " if formula.advice else ""
            yield Difference(
                f"{which}-is-{formula.id}",
                f"{words} is {formula.words}: {where}.",
                advice + ONCE.format(what=what),
            )
            continue
        digits = next(
            (n for n in range(5) if all(round(right, n) == value for _, right, value in pairs)),
            None,
        )
        if digits is not None:
            advice = "Return the number as it is; round only where it is printed."
            yield Difference(
                f"{which}-rounded",
                f"{words} is rounded to {digits} decimal{'s' * (digits != 1)}: {where}.",
                advice,
            )
        elif _grows(fact, which, expected, got):
            advice = (
                "The sums are kept: a list or a dictionary as a default argument, a global "
                "variable, an attribute. Begin each call at 0."
            )
            yield Difference(
                f"{which}-keeps-growing",
                f"{words} goes on growing from call to call: {where}.",
                advice,
            )
        elif all(abs(value - right) <= COARSE * abs(right) for _, right, value in pairs):
            advice = (
                "A sum in float16 or bfloat16 rounds at each step: add up in float32, or in "
                "Python's own float."
            )
            yield Difference(
                f"{which}-nearly-right",
                f"{words} is nearly right, but not quite: {where}. Something rounds.",
                advice,
            )
        else:
            agreeing = [
                scenario["scenario"]
                for scenario, right, value in pairs
                if same(float(value), right)
            ]
            advice = f"It is right in {agreeing[0]}. " if agreeing else ""
            place = wrong[0][0]["scenario"]
            yield Difference(
                f"{which}-differs",
                f"{words} is not the right one in {place}: {where}.",
                advice + ONCE.format(what=what),
                rank=2,
            )


def _fits(formula: Formula, scenario: Scenario, value: float) -> bool:
    calls = max(1, sum(event == "batch 1" for event in scenario["trace"]))
    batches = scenario["batches"][-(len(scenario["batches"]) // calls) :]
    return same(float(formula.compute(batches)), float(value))


def _grows(fact: Fact, which: str, expected: Record, got: Record) -> bool:
    """Tell whether each result is computed over all batches since the very first call."""
    compute = right_loss if which == LOSS else right_accuracy
    before: list[dict[str, Any]] = []
    for right, mine in zip(expected, got, strict=False):
        if fact in right["facts"]:
            before += right["batches"]
            value = mine["facts"].get(fact)
            if not isinstance(value, (int, float)) or not same(
                float(compute(before)), float(value)
            ):
                return False
    return True
