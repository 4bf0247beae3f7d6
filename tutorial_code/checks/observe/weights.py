"""The same weights for any two networks: only so are their values comparable.

Each weight gets a value that depends on *where the data meets it*: after how many convolutions, on the main way or
beside it. Its name and the order in which layers were made or run play no part.
"""

from collections import Counter
from contextlib import suppress
from typing import Any
from zlib import crc32

import torch
from torch import Tensor, nn

from tutorial_code.checks.observe.trace import Trace, storage_of

PRODUCT = {"self", "mat2"}  # a matrix product's names for what a layer calls bias and weight
BY_HAND = {"mul": "weight", "add_constant": "bias", "sub": "bias"}  # what a parameter is in such an operation
STATISTICS = {"running_mean": 0.0, "running_var": 1.0}  # where they begin
WITH_WEIGHTS = {"conv", "linear", "batch_norm", "group_norm", "layer_norm"}


def numbers(shape: tuple[int, ...], key: str) -> Tensor:
    """Return random numbers that depend on nothing but the shape and the key."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(crc32(f"{key}{shape}".encode())))


def place_weights(model: nn.Module, found: Trace) -> dict[str, Tensor]:
    """Give every weight its value by its place in the flow of the data; return them by their places.

    The running statistics are no weights: they come from the training passes, and begin at 0 and 1.
    """
    whole = {storage_of(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    learned = {storage_of(parameter) for parameter in model.parameters()}
    placed: dict[str, Tensor] = {}
    seen: set[int] = set()
    times: Counter[str] = Counter()
    for index in found.in_order():
        op = found.ops[index]
        for argument, weight in op.weights.items():
            by_hand = op.kind not in WITH_WEIGHTS  # such as the scale and shift of a BatchNorm that is written out
            if storage_of(weight) in seen or (by_hand and storage_of(weight) not in learned):
                continue
            seen.add(storage_of(weight))
            weight = whole.get(storage_of(weight), weight)  # a matrix product takes a transposed view
            shape = tuple(weight.squeeze().shape)
            role = _role(op.kind, argument, shape)
            with torch.no_grad(), suppress(RuntimeError):  # an expanded view cannot be written; its values then tell
                if role in STATISTICS:
                    weight.fill_(STATISTICS[role])
                    continue
                place = f"depth {found.depth[index]}, beside by {found.slack[index]}, {'×'.join(map(str, shape))}"
                times[place + role] += 1
                key = f"{place}, {times[place + role]}/{role}"
                placed[key] = weight
                values = numbers(shape, key)
                if role == "weight":
                    values = (
                        0.2 + values.abs() if len(shape) < 2 else values * (2 * len(weight) / weight.numel()) ** 0.5
                    )
                weight.copy_(values.view(weight.shape))
    return placed


def _role(kind: str, argument: str, shape: tuple[int, ...]) -> str:
    if kind in BY_HAND:
        return BY_HAND[kind]
    if argument in PRODUCT:
        return "weight" if len(shape) > 1 else "bias"
    return argument


def buffers_of(model: Any) -> dict[str, Tensor]:
    """Return copies of what a network keeps beside its weights, such as the running statistics."""
    buffers = model.named_buffers() if isinstance(model, nn.Module) else ()
    return {name: buffer.clone() for name, buffer in buffers if not nn.parameter.is_lazy(buffer)}


def restore_buffers(model: nn.Module, buffers: dict[str, Tensor]) -> None:
    """Forget the first pass, which was made with the answer's own random weights."""
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if name in buffers and buffers[name].shape == buffer.shape:
                buffer.copy_(buffers[name])
            elif buffer.dim() == 0:
                buffer.zero_()  # a lazy layer's number of batches
