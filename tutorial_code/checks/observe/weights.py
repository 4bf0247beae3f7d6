"""The same weights for any two networks: only then are their values comparable.

Each weight gets a value that depends on *where the data meets it*: after how many convolutions, on
the main branch or beside it. Its name and the order in which layers were made or run do not matter.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from zlib import crc32

import torch
from torch import Tensor, nn

from tutorial_code.checks.observe.trace import Trace, storage_of

PRODUCT = {"self", "mat2"}  # a matrix product's names for what a layer calls bias and weight
ADDED = {"add_constant", "sub", "rsub"}  # where a parameter is a shift; elsewhere it is a scale
STATISTICS = {"running_mean": 0.0, "running_var": 1.0}  # where they begin
WITH_WEIGHTS = {"conv", "linear", "batch_norm", "group_norm", "layer_norm"}


def numbers(shape: tuple[int, ...], key: str) -> Tensor:
    """Return random numbers that depend on nothing but the shape and the key."""
    return torch.randn(
        shape, generator=torch.Generator().manual_seed(crc32(f"{key}{shape}".encode()))
    )


class Placed(NamedTuple):
    """A weight that was given its values."""

    tensor: Tensor
    transposed: bool  # its inputs come first, unlike in a layer of PyTorch

    def gradient(self) -> Tensor | None:
        """Return its gradient, the outputs first."""
        gradient = self.tensor.grad
        return gradient.T if gradient is not None and self.transposed else gradient


class Place(NamedTuple):
    """Where the data meets a weight or a running statistic."""

    key: str  # the same for every network that computes the same
    role: str  # weight, bias, running_mean or running_var
    tensor: Tensor
    shape: tuple[int, ...]  # its outputs first, and what each of them is made of
    transposed: bool  # its inputs come first, unlike in a layer of PyTorch


def places_of(model: nn.Module, found: Trace) -> Iterator[Place]:
    """Yield every weight and running statistic with its place, in the flow of the data.

    A weight is known by its outputs and what each of them is made of, so that a convolution may be
    written as a product with the windows.
    """
    whole = {storage_of(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    learned = {storage_of(parameter) for parameter in model.parameters()}
    seen: set[int] = set()
    times: Counter[str] = Counter()
    for index in found.in_order():
        op = found.ops[index]
        for argument, used in op.weights.items():
            # Such as the scale and shift of a BatchNorm that is written out.
            by_hand = op.kind not in WITH_WEIGHTS
            if storage_of(used) in seen or (by_hand and storage_of(used) not in learned):
                continue
            seen.add(storage_of(used))
            weight = whole.get(storage_of(used), used)  # a matrix product takes a transposed view
            role = _role(op.kind, argument, weight)
            transposed = op.kind == "linear" and argument == "mat2" and _inputs_first(weight, used)
            shape = _shape(weight, transposed, op.kind)
            place = (
                f"depth {found.depth[index]}, beside by {found.slack[index]}, "
                f"{'×'.join(map(str, shape))}"
            )
            times[place + role] += 1
            yield Place(f"{place}, {times[place + role]}/{role}", role, weight, shape, transposed)


def place_weights(model: nn.Module, found: Trace) -> dict[str, Placed]:
    """Give every weight its value by its place in the flow of the data; return them by their
    places.

    The running statistics are not weights: they come from the training passes, and begin at 0
    and 1.
    """
    placed: dict[str, Placed] = {}
    for key, role, weight, shape, transposed in places_of(model, found):
        # An expanded view cannot be written to; its values then show that.
        with torch.no_grad(), suppress(RuntimeError):
            if role in STATISTICS:
                weight.fill_(STATISTICS[role])
                continue
            placed[key] = Placed(weight, transposed)
            values = numbers(shape, key)
            if role == "weight":
                values = values * (2 / shape[1]) ** 0.5 if len(shape) > 1 else 0.2 + values.abs()
            weight.copy_(values.T if transposed else values.view(weight.shape))
    return placed


@torch.no_grad()
def copy_weights(source: tuple[nn.Module, Trace], target: tuple[nn.Module, Trace]) -> bool:
    """Give the weights and running statistics of one network to another that computes the same,
    whatever its layers are called; tell whether each of them had its counterpart.
    """
    given = {place.key: place for place in places_of(*source)}
    for key, _, weight, shape, transposed in places_of(*target):
        place = given.pop(key, None)
        if place is None:
            return False
        values = place.tensor.T if place.transposed else place.tensor.reshape(shape)
        weight.copy_(values.T if transposed else values.view(weight.shape))
    return not given


def _shape(weight: Tensor, transposed: bool, kind: str) -> tuple[int, ...]:
    """Return the outputs of a weight, and what each of them is made of."""
    if kind not in WITH_WEIGHTS and weight.squeeze().dim() <= 1:
        # A scale or shift that is written out is one for each channel, also as 1×channels×1×1.
        return (weight.numel(),)
    rows = weight.shape[1] if transposed else len(weight)
    if weight.dim() > 1 and weight.numel() > rows:
        return (rows, weight.numel() // rows)
    return (rows,)


def _role(kind: str, argument: str, weight: Tensor) -> str:
    if kind not in WITH_WEIGHTS:
        return "bias" if kind in ADDED or (kind == "addcmul" and argument == "self") else "weight"
    if argument in PRODUCT:
        return "weight" if weight.squeeze().dim() > 1 else "bias"
    return argument


def _inputs_first(weight: Tensor, used: Tensor) -> bool:
    """Tell whether a matrix that is multiplied from the right is stored as it is used: inputs ×
    outputs.
    """
    return (
        weight.dim() == 2
        and weight.shape == used.shape[-2:]
        and weight.stride() == used.stride()[-2:]
    )


def buffers_of(model: Any) -> dict[str, Tensor]:
    """Return copies of a network's buffers, such as the running statistics."""
    buffers = model.named_buffers() if isinstance(model, nn.Module) else ()
    return {name: buffer.clone() for name, buffer in buffers if not nn.parameter.is_lazy(buffer)}


def restore_buffers(model: nn.Module, buffers: dict[str, Tensor]) -> None:
    """Undo the first pass, which used the answer's own random weights."""
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if name in buffers and buffers[name].shape == buffer.shape:
                buffer.copy_(buffers[name])
            elif buffer.dim() == 0:
                buffer.zero_()  # a lazy layer's number of batches
