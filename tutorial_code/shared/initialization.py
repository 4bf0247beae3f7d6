"""Initialization for any ResNet: its layers are found by what they do, not by their names.

Chapter 5's ``initialize`` knows the tutorial's block and its ``bn3``. In your own block the same
layer may have another name, or be part of an ``nn.Sequential``. Whatever the style, the network
computes the same things in the same order. So the network here gets one image, and everything that
it computes is recorded: each operation, which results it takes, and which weights it uses. In that
list the layers are easy to find.
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from tutorial_code.checks.observe.trace import Op, Trace


@torch.no_grad()
def operations_of(model: nn.Module, images: Tensor | None = None) -> "Trace":
    """Run the model once, and return its operations with the position of each one in the network.

    It runs in evaluation mode, in which no statistics change. Afterwards it is in its former mode
    again.
    """
    # Imported here, because a check hides the checks from an answer.
    from tutorial_code.checks.observe.trace import trace

    if images is None:
        images = torch.zeros(2, 3, 32, 32, device=next(model.parameters()).device)
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        found, _ = trace(model, images)
    finally:
        for module, training in modes:
            module.training = training
    return found


def block_scales(model: nn.Module, images: Tensor | None = None) -> list[nn.Parameter]:
    """Return the scale of the last BatchNorm in each block's main branch, in order.

    Where a scale is zero, its block starts as its shortcut. It is found by three properties: it
    belongs to a BatchNorm, this BatchNorm lies on the longest path through the network (a shortcut
    is shorter), and its result goes into an operation whose other operand was computed without it:
    the addition.

    Args:
        model: a network or a single block; neither its weights nor its statistics are changed.
        images: its input, zeros of shape (batch, 3, 32, 32) if not given. A single block needs an
            input with its own number of channels.
    """
    found = operations_of(model, images)
    parameters = _by_memory(model)
    scales: list[nn.Parameter] = []
    for op in found.ops:
        for place in op.inputs:
            on_main_path = (
                place >= 0 and found.ops[place].kind == "batch_norm" and found.slack[place] == 0
            )
            others = [other for other in op.inputs if other != place]
            if (
                on_main_path
                and others
                and not any(_derives(found.ops, other, place) for other in others)
            ):
                weight = found.ops[place].weights.get("weight")
                if weight is not None and _memory(weight) in parameters:
                    scales.append(parameters[_memory(weight)])
    return scales


def start_blocks_as_shortcuts(model: nn.Module, images: Tensor | None = None) -> int:
    """Zero the scale that ``block_scales`` finds in each block; return the number of blocks."""
    scales = block_scales(model, images)
    for scale in scales:
        nn.init.zeros_(scale)
    return len(scales)


def use_he_initialization(model: nn.Module, images: Tensor | None = None) -> None:
    """Draw the weights of all convolutions as chapter 5's ``initialize`` does.

    A weight counts as a convolution's if it belongs to an ``nn.Conv2d``, if a convolution uses it,
    or if BatchNorm follows directly on a matrix product with it, which is how a 1×1 convolution can
    be written, too.
    """
    weights = [module.weight for module in model.modules() if isinstance(module, nn.Conv2d)]
    found = operations_of(model, images)
    parameters = _by_memory(model)
    normalized = {place for op in found.ops if op.kind == "batch_norm" for place in op.inputs}
    for place, op in enumerate(found.ops):
        if op.kind == "conv" or (op.kind == "linear" and place in normalized):
            used = [parameters.get(_memory(weight)) for weight in op.weights.values()]
            weights += [weight for weight in used if weight is not None and weight.ndim >= 2]
    drawn: set[int] = set()
    for weight in weights:
        if _memory(weight) not in drawn:
            nn.init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu")
        drawn.add(_memory(weight))


def _by_memory(model: nn.Module) -> dict[int, nn.Parameter]:
    """Return the parameters keyed by their memory: a matrix product uses a view of its weight."""
    return {_memory(parameter): parameter for parameter in model.parameters()}


def _memory(tensor: Tensor) -> int:
    return tensor.untyped_storage()._cdata


def _derives(ops: "list[Op]", place: int, source: int) -> bool:
    """Tell whether the result at ``place`` was computed from the one at ``source``."""
    return place == source or (
        place > source and any(_derives(ops, before, source) for before in ops[place].inputs)
    )
