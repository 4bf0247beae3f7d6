"""What the processes of a training return and save, beside what they computed on the way."""

import math
from typing import Any

import numpy as np

from tutorial_code.checks.observe.facts import YES

OWN = "that of the process's own images"
ANOTHER = "another one"
MEAN_OF_MEANS = "the mean of the processes' accuracies"
MODULE_NAMES, OTHER_NAMES, OTHER_VALUES = "names with module.", "other names", "other values"
TOLERANCE = 1e-3  # relative: far above rounding, far below a mistake

Report = dict[str, Any]
Epoch = tuple[list[dict], list[dict]]  # what is trained on, and what is tested
TRAINED, TESTED = 0, 1  # the parts of an epoch


def mean_losses(report: Report, rank: int, epochs: list[list[Epoch]]) -> str:
    """Say what a process returned as the mean losses of the epochs."""
    count = len(epochs[rank])
    candidates = {
        YES: _means(epochs, TRAINED, "loss", count),
        OWN: _means([epochs[rank]], TRAINED, "loss", count),
        "the losses of the test images": _means(epochs, TESTED, "loss", count),
        "the accuracies": _percent(epochs, count),
    }
    return _which([pair[0] for pair in report["returned"] or []], candidates)


def accuracies(report: Report, rank: int, epochs: list[list[Epoch]]) -> str:
    """Say what a process returned as the accuracies of the epochs."""
    count = len(epochs[rank])
    of_each = [_percent([own], min(count, len(own))) for own in epochs]
    candidates = {
        YES: _percent(epochs, count),
        OWN: _percent([epochs[rank]], count),
        MEAN_OF_MEANS: [
            sum(each[n] for each in of_each if n < len(each)) / len(epochs) for n in range(count)
        ],
        "a part of 1": _means(epochs, TESTED, "right", count),
    }
    return _which([pair[1] for pair in report["returned"] or []], candidates)


def _percent(epochs: list[list[Epoch]], count: int) -> list[float]:
    """Return the share of right answers in each of so many epochs, in percent."""
    return [100 * share for share in _means(epochs, TESTED, "right", count)]


def _means(epochs: list[list[Epoch]], part: int, key: str, count: int) -> list[float]:
    """Return the mean per image in each of so many epochs, over the images of some processes."""
    means = []
    for n in range(count):
        batches = [batch for each in epochs if n < len(each) for batch in each[n][part]]
        images = sum(len(batch["numbers"]) for batch in batches)
        means.append(sum(batch[key] for batch in batches) / images if images else math.nan)
    return means


def _which(returned: list[float], candidates: dict[str, list[float]]) -> str:
    for words, values in candidates.items():
        if len(returned) == len(values) and close(returned, values):
            return words
    right = candidates[YES]
    if returned and len(returned) == len(right) and right[0]:
        factor = returned[0] / right[0]
        if close(returned, [factor * value for value in right]):
            return f"{factor:.3g} times the right one"
    if len(returned) == len(right):
        return "other numbers"
    return f"{len(returned)} for {len(right)} epochs"


def saved_as(saved: Any, reports: list[Report]) -> str:
    """Say what is in the file of weights."""
    if sum(report["writes"] > 0 for report in reports) > 1:
        return "what several processes wrote"  # what is left in it is chance
    state = reports[0]["state"]
    if isinstance(saved, str):
        return saved
    if saved.keys() != state.keys():
        module = all(name.startswith("module.") for name in saved)
        return MODULE_NAMES if module and saved else OTHER_NAMES
    same = all(close(np.ravel(saved[name]), np.ravel(state[name])) for name in state)
    return YES if same else OTHER_VALUES


def close(a: Any, b: Any) -> bool:
    """Tell whether two rows of numbers are equal up to rounding."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape or not np.isfinite(a).all():
        return False
    return bool(np.linalg.norm(a - b) <= TOLERANCE * np.linalg.norm(b) + 1e-6)
