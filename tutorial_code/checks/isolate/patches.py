"""Whether an answer replaced parts of PyTorch: its results then say nothing about it."""

from types import ModuleType
from typing import Any

import torch
from torch import nn

PLACES: tuple[ModuleType | type, ...] = (
    torch,
    torch.autograd,
    torch.distributed,
    torch.optim,
    torch.Tensor,
    torch.optim.SGD,
    torch.nn.functional,
    torch.nn.init,
    nn,
    nn.Module,
    nn.Sequential,
    nn.Conv2d,
    nn.BatchNorm2d,
    nn.ReLU,
    nn.Linear,
    nn.CrossEntropyLoss,
)


def snapshot() -> list[dict[str, Any]]:
    """Return what the names in PyTorch's main modules and classes refer to."""
    return [dict(vars(place)) for place in PLACES]


def changes(before: list[dict[str, Any]]) -> list[str]:
    """Return the names that an answer rebound; PyTorch itself wraps some of its functions."""
    return [
        f"{place.__name__}.{name}"
        for place, names in zip(PLACES, before, strict=True)
        for name, value in names.items()
        if (now := vars(place).get(name)) is not value
        and callable(value)
        and not str(getattr(now, "__module__", None)).startswith("torch")
    ]
