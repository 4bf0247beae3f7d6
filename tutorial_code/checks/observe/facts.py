"""What a check holds against what: facts about an answer, plain values that travel between
processes as JSON.

A tensor becomes a *digest*: its norm, and its projections on four fixed directions. Tensors with
the same digest
are the same but for rounding: a permutation, a sign or a scale shows.
"""

import math
from typing import Any, NotRequired, TypedDict

import torch
from torch import Tensor

WIDTH = 1024
# of a number that an answer returns, relative: above rounding in float32, below two decimals
EXACTNESS = 2e-5
TOLERANCE = (
    2e-4  # of a digest, relative to the norm: far above rounding in float32, far below a mistake
)


class Scenario(TypedDict):
    """What came of one way to use an answer."""

    scenario: str  # how it was called, in words
    facts: dict[str, Any]  # by the name of what is checked
    trace: NotRequired[list]  # what it did; this and what follows only explains
    error: NotRequired[dict[str, str]]  # as the reader wants to see it
    unused: NotRequired[list[str]]  # parameters that got no gradient, by the reader's own names
    dropped: NotRequired[int]  # the number of the block whose result is not used
    norms: NotRequired[
        list[float]
    ]  # of what each operation gives, under the weights that all answers get
    frozen: NotRequired[list[str]]  # parameters that ask for none
    buffers: NotRequired[int]  # numbers that are kept beside the weights
    kind: NotRequired[str]  # of an optimizer
    batches: NotRequired[list[dict[str, Any]]]  # what the network gave for each batch of a loop
    steps: NotRequired[
        list[dict[str, float]]
    ]  # of the optimizer: the norm of the gradients and the learning rate


Record = list[Scenario]

_directions = torch.randn(8, WIDTH, generator=torch.Generator().manual_seed(50))


def digest(tensor: Tensor) -> dict[str, Any]:
    """Return the norm of a tensor and its projections."""
    values = tensor.detach().float().flatten()
    values = torch.nn.functional.pad(values, (0, -len(values) % WIDTH)).view(-1, WIDTH)
    lines = torch.arange(len(values))
    # The factor tells one lap over the fixed directions from the next.
    across = _directions[4:, lines % WIDTH] * (1 + 0.37 * (lines // WIDTH))
    along = ((_directions[:4] @ values.T) * across).sum(dim=1)
    return {"norm": values.norm().item(), "along": along.tolist()}


def same(a: Any, b: Any) -> bool:
    """Tell whether two facts agree: numbers and digests but for rounding, everything else exactly.
    """
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=EXACTNESS, abs_tol=1e-6) or (
            math.isnan(a) and math.isnan(b)
        )
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        if a.keys() == b.keys() == {"norm", "along"}:
            slack = TOLERANCE * max(a["norm"], b["norm"]) + 1e-6
            pairs = [(a["norm"], b["norm"]), *zip(a["along"], b["along"], strict=True)]
            return all(
                x == y or abs(x - y) <= slack for x, y in pairs
            )  # two infinite norms are the same
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b
