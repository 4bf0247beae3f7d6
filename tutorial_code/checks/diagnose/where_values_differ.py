"""How the values of a tensor differ from the right ones of the same shape, in words."""

from collections.abc import Iterator
from itertools import combinations, permutations

import torch
from torch import Tensor

from tutorial_code.checks.diagnose.difference import Difference

RELATIVE, ABSOLUTE = 1e-3, 1e-5  # differences up to these count as rounding
SMALL = 0.01  # an error of this part of the values is not at some places alone
AXES = {1: ("channels",), 4: ("images", "channels", "rows", "columns")}


def describe_values(result: str, right: Tensor, found: Tensor) -> Difference:
    """Say how a result differs from the right one.

    Args:
        result: what it is called.
        right: the right values.
        found: the answer's, of the same shape.
    """
    id = f"{result}-differs"
    if not found.isfinite().all():
        many = int((~found.isfinite()).sum())
        sentence = f"{_share(many, found.numel(), result)} not finite (inf or nan)."
        return Difference("not-finite", sentence, "Something is divided by zero, or never set.")
    error = float((found - right).norm() / right.norm())
    if error < SMALL:
        reason = (
            "Something small is wrong everywhere: a number that is rounded, or a small term that "
            "stands in another place."
        )
        return Difference(
            id, f"The {result} is off by about {100 * error:.2g}% of its size.", reason
        )
    for sentence, reason in _wholes(right, found):
        return Difference(id, f"The {result} {sentence}.", reason)
    off = ~torch.isclose(found, right, RELATIVE, ABSOLUTE)
    for sentence, reason in _places(off):
        return Difference(id, f"The {result} is wrong {sentence}.", reason)
    first = tuple(off.nonzero()[0].tolist())
    place = f"[{', '.join(map(str, first))}]"
    sentence = (
        f"The {result} at {place} is {found[first]:.4g}, where {right[first]:.4g} is expected."
    )
    return Difference(id, sentence, "Compute this one number by hand, and print each step of it.")


def _equal(a: Tensor, b: Tensor) -> bool:
    return torch.allclose(a, b, RELATIVE, ABSOLUTE)


def _share(many: int, all: int, result: str) -> str:
    if many == all:
        return f"All values of the {result} are"
    return f"{many} of the {all} values of the {result} {'is' if many == 1 else 'are'}"


def _wholes(right: Tensor, found: Tensor) -> Iterator[tuple[str, str]]:
    """Yield what holds for all values at once."""
    if torch.isclose(found, torch.zeros_like(found)).all():
        yield "is zero everywhere", "The place where it should be written never is."
    size = right.square().sum()
    if size > 0:
        factor = float((right * found).sum() / size)
        if _equal(found, factor * right):
            reason = "One factor is the same everywhere: what is summed, and what is it divided by?"
            if factor < 0:
                reason = "Something is subtracted the other way round."
            yield f"is {factor:.4g} times what it should be", reason
    if _equal(found, right.clamp(min=0)):
        yield "is zero where it should be negative", "A ReLU is not part of this layer."
    offset = float((found - right).mean())
    if _equal(found, right + offset):
        yield f"is off by {offset:.4g} everywhere", "One number is added or left out everywhere."
    sides = range(right.dim())
    for count in range(1, right.dim() + 1):
        for some in combinations(sides, count):
            if _equal(found, right.flip(some)):
                yield "has the right values in mirrored order", "Which place comes first?"
    for order in permutations(sides):
        turned = right.permute(order)
        if turned.shape == right.shape and _equal(found, turned):
            yield "has the right values with two dimensions exchanged", "Which one comes first?"


def _places(off: Tensor) -> Iterator[tuple[str, str]]:
    """Yield the part that is wrong, if most of it is, and nothing else."""
    if off.dim() == 4 and min(off.shape[2:]) > 2:
        border = torch.ones_like(off)
        border[:, :, 1:-1, 1:-1] = False
        if _fills(off, border):
            yield (
                "only at its border",
                "Inside all is right: look at what stands around the image, on each of its sides.",
            )
    for axis, name in enumerate(AXES.get(off.dim(), ())):
        if off.shape[axis] == 1:
            continue
        for place, which in ((0, "first"), (-1, "last")):
            others = torch.ones_like(off)
            others.select(axis, place).fill_(False)
            if _fills(off, others):
                reason = f"The {which} of the {name} is right: is only one of them written?"
                yield f"in all {name} but the {which}", reason


def _fills(off: Tensor, part: Tensor) -> bool:
    """Tell whether what is wrong is in a part, and more than half of it."""
    return not off[~part].any() and bool(2 * off.sum() > part.sum())
