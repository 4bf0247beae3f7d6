"""Running the network of an answer: its first run, with its trace and its counts."""

import difflib
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from tutorial_code.checks.observe.facts import Fact
from tutorial_code.checks.observe.trace import Trace, storage_of, trace
from tutorial_code.checks.observe.weights import WITH_WEIGHTS


class NoDraws(TorchFunctionMode):
    """Makes layers without drawing their weights, where values do not matter: drawing takes most of
    the time.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # kaiming_uniform_, trunc_normal_, …
        if getattr(func, "__name__", "").endswith(("uniform_", "normal_")):
            return next(iter((*args, *(kwargs or {}).values())))
        return func(*args, **(kwargs or {}))


def run(model: nn.Module, x: Tensor) -> Tensor:
    """Run a network; dropout and its like draw the same numbers in each answer."""
    torch.manual_seed(1)
    return model(x)


def first_trace(model: Any, x: Tensor, facts: dict[str, Any] | None = None) -> Trace:
    """Run a network for the first time; record its shape and counts in ``facts``.

    Raises:
        TypeError: it is not a network, or does not return a tensor.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"it must be an nn.Module, but it is of type {type(model).__name__}")
    if type(model).forward is nn.Module.forward:
        raise TypeError(f"it has no method forward{_other_name(model)}")
    model.train()
    with torch.no_grad():
        found, output = trace(model, x.clone())
    if not isinstance(output, Tensor):
        raise TypeError(f"forward must return a tensor, but it returned {type(output).__name__}")
    if facts is None:
        return found
    facts[Fact.OUTPUT_SHAPE] = list(output.shape)
    facts[Fact.PARAMETERS] = count_parameters(model)
    registered = {storage_of(tensor) for tensor in (*model.parameters(), *model.buffers())}
    layers = [op for op in found.ops if op.kind in WITH_WEIGHTS]
    used = {storage_of(weight) for op in layers for weight in op.weights.values()}
    facts[Fact.UNREGISTERED_WEIGHTS] = len(used - registered)
    return found


def _other_name(model: nn.Module) -> str:
    own = [
        name
        for name in vars(type(model))
        if callable(getattr(model, name, None)) and not name.startswith("__")
    ]
    near = difflib.get_close_matches("forward", own, n=1)
    return f", but one that is called {near[0]}" if near else ""


def is_in_training_mode(model: Any) -> bool:
    """Tell whether all parts of a network are in training mode."""
    return not isinstance(model, nn.Module) or all(module.training for module in model.modules())


def count_parameters(model: nn.Module) -> int:
    """Return the number of parameters as torchinfo counts them during a run: each once, however it
    is stored or shared.
    """
    return sum(parameter.numel() for parameter in model.parameters())
