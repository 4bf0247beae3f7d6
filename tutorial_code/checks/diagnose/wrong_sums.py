"""Which computation gives the number that came: for results of loops that are not the right ones.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tutorial_code.checks.diagnose.explain import Difference
from tutorial_code.checks.observe.facts import Record, Scenario, same

RESULTS = {
    "mean loss per image": "The mean loss",
    "first result, the loss": "The first result, the loss,",
    "second result, the accuracy": "The second result, the accuracy,",
}
ONCE = (
    "Add up over images, each batch's {what}, and divide once, after the loop, by the number of "
    "all images that came."
)
COARSE = 0.01  # of the right value: a deviation that rounding explains


class Formula(NamedTuple):
    """A way to compute a result wrongly."""

    words: str  # "is …"
    compute: Callable[[list[dict[str, Any]]], float]  # from what the network gave for each batch
    advice: str = ""


def _images(batches: list[dict]) -> int:
    return sum(batch["images"] for batch in batches)


def _losses(batches: list[dict]) -> float:
    return sum(batch["loss"] * batch["images"] for batch in batches)


def _hits(batches: list[dict]) -> int:
    return sum(batch["hits"] for batch in batches)


def _by_class(batches: list[dict], all_classes: bool) -> float:
    columns = zip(
        *(zip(batch["hits by class"], batch["labels"], strict=True) for batch in batches),
        strict=True,
    )
    sums = [
        (sum(hit for hit, _ in column), sum(label for _, label in column)) for column in columns
    ]
    shares = [hits / labels if labels else 0.0 for hits, labels in sums if labels or all_classes]
    return 100 * sum(shares) / len(shares)


ASSIGNED = "In the loop something is added to it: total += …, not total = …."
UNEVEN = (
    "The last batch may be smaller than the others: count the images of each batch, len(labels)."
)

LOSSES = (
    Formula("the sum over all images, not divided", _losses),
    Formula(
        "the sum of the batches' mean losses, not divided", lambda b: sum(e["loss"] for e in b)
    ),
    Formula("the mean of the batches' means", lambda b: sum(e["loss"] for e in b) / len(b), UNEVEN),
    Formula(
        "the sum of the batches' means, divided by the number of images",
        lambda b: sum(e["loss"] for e in b) / _images(b),
        "The criterion gives a mean: multiply it by the number of images in the batch before "
            "it is added.",
    ),
    Formula(
        "the sum over all images, divided by the number of batches", lambda b: _losses(b) / len(b)
    ),
    Formula("the loss of the last batch alone", lambda b: b[-1]["loss"], ASSIGNED),
    Formula(
        "the loss of the first batch alone",
        lambda b: b[0]["loss"],
        "A return inside the loop ends it.",
    ),
    Formula(
        "the last batch's sum, divided by the number of all images",
        lambda b: b[-1]["loss"] * b[-1]["images"] / _images(b),
        ASSIGNED,
    ),
    Formula(
        "the last batch's loss, divided by the number of batches",
        lambda b: b[-1]["loss"] / len(b),
        ASSIGNED,
    ),
    Formula(
        "the last batch's loss, divided by the number of images",
        lambda b: b[-1]["loss"] / _images(b),
        ASSIGNED,
    ),
    Formula(
        "divided by the number of batches times the size of the last one",
        lambda b: _losses(b) / (len(b) * b[-1]["images"]),
        UNEVEN,
    ),
    Formula(
        "divided by the number of batches times the size of the first one",
        lambda b: _losses(b) / (len(b) * b[0]["images"]),
        UNEVEN,
    ),
    Formula(
        "divided by the size of the last batch", lambda b: _losses(b) / b[-1]["images"], UNEVEN
    ),
    Formula(
        "made of each batch's loss times 3, the channels of an image",
        lambda b: 3 * sum(e["loss"] for e in b) / _images(b),
        "images.size(1) is the number of channels; size(0), or len(labels), is the number of "
            "images.",
    ),
    Formula("the largest loss of a batch", lambda b: max(e["loss"] for e in b)),
    Formula("the smallest loss of a batch", lambda b: min(e["loss"] for e in b)),
    Formula(
        "half of the right one",
        lambda b: _losses(b) / _images(b) / 2,
        "Something is counted twice.",
    ),
    Formula(
        "twice the right one", lambda b: 2 * _losses(b) / _images(b), "Something is counted twice."
    ),
)
HITS = (
    Formula(
        "a fraction between 0 and 1",
        lambda b: _hits(b) / _images(b),
        "Percent are asked for: times 100.",
    ),
    Formula("the number of hits, not divided", _hits),
    Formula(
        "made of the hits of the last batch alone, divided by the number of all images",
        lambda b: 100 * b[-1]["hits"] / _images(b),
        ASSIGNED,
    ),
    Formula(
        "that of the last batch alone", lambda b: 100 * b[-1]["hits"] / b[-1]["images"], ASSIGNED
    ),
    Formula(
        "that of the first batch alone",
        lambda b: 100 * b[0]["hits"] / b[0]["images"],
        "Use all batches.",
    ),
    Formula(
        "the mean of the batches' accuracies",
        lambda b: 100 * sum(e["hits"] / e["images"] for e in b) / len(b),
        UNEVEN,
    ),
    Formula("divided by the number of batches", lambda b: 100 * _hits(b) / len(b)),
    Formula(
        "divided by the number of batches times the size of the last one",
        lambda b: 100 * _hits(b) / (len(b) * b[-1]["images"]),
        UNEVEN,
    ),
    Formula(
        "divided by the number of batches times the size of the first one",
        lambda b: 100 * _hits(b) / (len(b) * b[0]["images"]),
        UNEVEN,
    ),
    Formula(
        "the hits of all batches, divided by the size of the last one",
        lambda b: 100 * _hits(b) / b[-1]["images"],
        UNEVEN,
    ),
    Formula(
        "made of hits that were counted in a single byte, which begins again after 255",
        lambda b: 100 * (_hits(b) % 256) / _images(b),
        "torch.uint8 holds 0 to 255. sum() of a comparison gives int64: leave it so, or take "
            "item().",
    ),
    Formula(
        "made of labels that were cut to a single byte: a class above 255 is never right",
        lambda b: 100 * sum(e["hits in a byte"] for e in b) / _images(b),
        "Labels are int64, and may be larger than torch.uint8 can hold. Compare them as they "
            "come from the loader.",
    ),
    Formula(
        "made of each prediction compared with every label of its batch",
        lambda b: 100 * sum(e["pairs"] for e in b) / _images(b),
        "A column (batch, 1) beside a row (batch,) gives a table (batch, batch). Leave out "
            "keepdim, unsqueeze and view, so that both have the shape (batch,).",
    ),
    Formula(
        "the mean of the classes' accuracies",
        lambda b: _by_class(b, all_classes=False),
        "That weights each class equally. The share of all images that are right is asked for.",
    ),
    Formula(
        "the mean of all classes' accuracies",
        lambda b: _by_class(b, all_classes=True),
        "Count images, not classes.",
    ),
    Formula(
        "made of the batches in which every single image is right",
        lambda b: 100 * sum(e["images"] for e in b if e["hits"] == e["images"]) / _images(b),
        "torch.equal compares two tensors as a whole. == compares them image by image, and "
            "sum() counts.",
    ),
    Formula("the share of wrong answers", lambda b: 100 - 100 * _hits(b) / _images(b)),
    Formula(
        "half of the right one", lambda b: 50 * _hits(b) / _images(b), "Something is counted twice."
    ),
)


def explain_results(expected: Record, got: Record) -> Iterator[Difference]:
    """Return what the returned numbers are, where they are not the right ones, over all loaders at
    once.
    """
    for fact, words in RESULTS.items():
        pairs = [
            (right, right["facts"][fact], value)
            for right, mine in zip(expected, got, strict=False)
            if fact in right["facts"] and isinstance(value := mine["facts"].get(fact), (int, float))
        ]
        wrong = [pair for pair in pairs if not same(float(pair[2]), pair[1])]
        if not wrong:
            continue
        what = "mean loss times its number of images" if "loss" in fact else "hits"
        formula = next(
            (
                f
                for f in _formulas(fact)
                if all(_fits(f, scenario, value) for scenario, _, value in pairs)
            ),
            None,
        )
        where = f"expected {wrong[0][1]:.4f}, got {wrong[0][2]:.4f}"
        if formula:
            advice = f"{formula.advice} " if formula.advice else ""
            yield Difference(
                f"{words} is {formula.words}: {where}.", advice + ONCE.format(what=what)
            )
            continue
        digits = next(
            (n for n in range(5) if all(round(right, n) == value for _, right, value in pairs)),
            None,
        )
        if digits is not None:
            advice = "Return the number as it is; round only where it is printed."
            yield Difference(
                f"{words} is rounded to {digits} decimal{'s' * (digits != 1)}: {where}.", advice
            )
        elif _grows(fact, expected, got):
            advice = (
                "The sums are kept: a list or a dictionary as a default argument, a global "
                    "variable, an attribute. Begin each call at 0."
            )
            yield Difference(f"{words} goes on growing from call to call: {where}.", advice)
        elif all(abs(value - right) <= COARSE * abs(right) for _, right, value in pairs):
            advice = (
                "A sum in float16 or bfloat16 rounds at each step: add up in float32, or in "
                "Python's own float."
            )
            yield Difference(
                f"{words} is nearly right, but not quite: {where}. Something rounds.", advice
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
                f"{words} is not the right one in {place}: {where}.",
                advice + ONCE.format(what=what),
                rank=2,
            )


def _formulas(fact: str) -> tuple[Formula, ...]:
    return LOSSES if "loss" in fact else HITS


def _fits(formula: Formula, scenario: Scenario, value: float) -> bool:
    calls = max(1, sum(event == "batch 1" for event in scenario["trace"]))
    batches = scenario["batches"][-(len(scenario["batches"]) // calls) :]
    return same(float(formula.compute(batches)), float(value))


def _grows(fact: str, expected: Record, got: Record) -> bool:
    """Tell whether each result is that over all batches since the very first call."""
    compute = _right_loss if "loss" in fact else _right_accuracy
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


def _right_loss(batches: list[dict[str, Any]]) -> float:
    return _losses(batches) / _images(batches)


def _right_accuracy(batches: list[dict[str, Any]]) -> float:
    return 100 * _hits(batches) / _images(batches)
