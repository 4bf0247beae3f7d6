"""How functions of tensors are observed: by what they return, and by the gradients that flow back.

Each configuration has the keys ``call``, in which names stand for tensors, and ``tensors``, with
the shape of each. ``between`` gives the range of some of them; the others are standard normal.
``returns`` names the results of a function that returns several tensors. ``by_hand`` lists words:
an operation of PyTorch whose name holds one of them must not be used.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from tutorial_code.checks.observe.attempt import Attempt
from tutorial_code.checks.observe.calls import Call
from tutorial_code.checks.observe.facts import (
    GRADIENT_OF,
    SHAPE_OF,
    VALUES_OF,
    Fact,
    Scenario,
    digest,
)
from tutorial_code.checks.observe.weights import numbers

Look = dict[str, Any]
Function = Callable[..., Any]
ONE_RESULT = ("output",)
TENSOR = "a tensor"
NO_GRADIENT = "none"
MAX_SHOWN = 4000  # values of a result that are kept for the explanation


def look_at_function(function: Function, looks: list[Look]) -> Iterator[Scenario]:
    """Call a function in each configuration."""
    for look in looks:
        yield _call(function, look)


def _call(function: Function, look: Look) -> Scenario:
    call, names = Call(look["call"]), tuple(look.get("returns", ONE_RESULT))
    watch = _Operations()
    with Attempt(f"{look['call']} with {_shapes(look['tensors'])}", "is called") as attempt:
        facts, scenario = attempt.facts, attempt.scenario
        given = _tensors(look)
        with watch:
            returned = call.of(function, **given)
        facts[Fact.BY_HAND] = not watch.used(look.get("by_hand", ()))
        results = _results(returned, len(names))
        facts[Fact.RETURNED] = [_kind(result) for result in results]
        scenario["values"] = {}
        for name, result in zip(names, results, strict=False):
            if isinstance(result, Tensor):
                facts[SHAPE_OF.format(name)] = list(result.shape)
                facts[VALUES_OF.format(name)] = digest(result)
                if result.numel() <= MAX_SHOWN:
                    scenario["values"][name] = result.detach().double().tolist()
        before = _tensors(look)
        scenario["changed"] = [
            f"tensor {name}" for name in given if not torch.equal(given[name], before[name])
        ]
        facts[Fact.ARGUMENTS_UNCHANGED] = not scenario["changed"]
        attempt.when = "is called with tensors that ask for gradients"
        # An operation in place on a leaf would be an error of PyTorch's own.
        leaves = {name: tensor.requires_grad_() for name, tensor in before.items()}
        with watch:
            returned = call.of(function, **{name: leaf * 1.0 for name, leaf in leaves.items()})
        attempt.when = "runs backward"
        _send_back(_results(returned, len(names)))
        for name, leaf in leaves.items():
            gradient = leaf.grad
            facts[GRADIENT_OF.format(name)] = NO_GRADIENT if gradient is None else digest(gradient)
    attempt.scenario["trace"] = list(watch.names)
    return attempt.scenario


def _shapes(tensors: dict[str, list[int]]) -> str:
    """Return the sizes of tensors in words, those of one size together."""
    names: dict[str, list[str]] = {}
    for name, shape in tensors.items():
        names.setdefault("×".join(map(str, shape)), []).append(name)
    return "; ".join(f"{', '.join(group)} of {size}" for size, group in names.items())


def _tensors(look: Look) -> dict[str, Tensor]:
    """Return new tensors, always with the same values."""
    made = {}
    for name, shape in look["tensors"].items():
        made[name] = numbers(tuple(shape), name)
        if name in look.get("between", {}):
            low, high = look["between"][name]
            # the normal distribution's own share below each value is uniform between 0 and 1
            made[name] = low + (high - low) * torch.special.ndtr(made[name])
    return made


def _results(returned: Any, count: int) -> list[Any]:
    """Return what a function returned as a list; two tensors may also come as one of two rows."""
    if isinstance(returned, (tuple, list)) and count > 1:
        return list(returned)
    if isinstance(returned, Tensor) and returned.dim() > 1 and 1 < count == len(returned):
        return list(returned)
    return [returned]


def _kind(result: Any) -> str:
    """Return what a result is, in words."""
    if not isinstance(result, Tensor):
        name = type(result).__name__
        return "nothing" if result is None else f"{'an' if name[0] in 'aeio' else 'a'} {name}"
    if result.is_complex():
        return "a tensor of complex numbers"
    return TENSOR if result.is_floating_point() else "a tensor of integers"


def _send_back(results: list[Any]) -> None:
    """Go back from the results that know how they were computed, with fixed factors."""
    sums = [
        (result * numbers(tuple(result.shape), f"upstream {place}")).sum()
        for place, result in enumerate(results)
        if isinstance(result, Tensor) and result.requires_grad
    ]
    if sums:
        torch.stack(sums).sum().backward()


class _Operations(TorchDispatchMode):
    """Notes the names of the operations that run, each once, and whether autograd is off."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # otherwise PyTorch imports its compiler at the first operation, for more than a second
        return False

    def used(self, words: tuple[str, ...] | list[str]) -> list[str]:
        """Return the operations whose names hold one of the words."""
        return [name for name in self.names if any(word in name for word in words)]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.setdefault(func.overloadpacket.__name__.strip("_"))
        if not torch.is_grad_enabled():
            self.names.setdefault("no_grad")
        return func(*args, **(kwargs or {}))
