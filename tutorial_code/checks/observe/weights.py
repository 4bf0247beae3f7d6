"""The same weights for any two networks: only so are their values comparable.

Each weight gets a value that depends on *where the data meets it*: after how many convolutions, on the main way or
beside it. Its name and the order in which layers were made or run play no part.
"""

from collections import Counter
from contextlib import suppress
from zlib import crc32

import torch
from torch import Tensor, nn

from tutorial_code.checks.observe.trace import Trace, storage_of

PRODUCT = {"self", "mat2"}  # a matrix product's names for what a layer calls bias and weight
WITH_WEIGHTS = {"conv", "linear", "batch_norm", "group_norm", "layer_norm"}


def numbers(shape: tuple[int, ...], key: str) -> Tensor:
    """Return random numbers that depend on nothing but the shape and the key."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(crc32(f"{key}{shape}".encode())))


def place_weights(model: nn.Module, found: Trace) -> dict[str, Tensor]:
    """Give every weight its value by its place in the flow of the data; return them by their places."""
    whole = {storage_of(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    placed: dict[str, Tensor] = {}
    seen: set[int] = set()
    times: Counter[str] = Counter()
    for index in found.in_order():
        for argument, weight in found.ops[index].weights.items() if found.ops[index].kind in WITH_WEIGHTS else ():
            if storage_of(weight) in seen:
                continue
            seen.add(storage_of(weight))
            weight = whole.get(storage_of(weight), weight)  # a matrix product takes a transposed view
            shape = tuple(weight.squeeze().shape)
            role = ("weight" if len(shape) > 1 else "bias") if argument in PRODUCT else argument
            place = f"depth {found.depth[index]}, beside by {found.slack[index]}, {'×'.join(map(str, shape))}"
            times[place + role] += 1
            key = f"{place}, {times[place + role]}/{role}"
            placed[key] = weight
            values = numbers(shape, key)
            if role == "running_var" or (role == "weight" and len(shape) < 2):
                values = 0.2 + values.abs()
            elif role == "weight":
                values *= (2 * len(weight) / weight.numel()) ** 0.5
            with torch.no_grad(), suppress(RuntimeError):  # an expanded view cannot be written; its values then tell
                weight.copy_(values.view(weight.shape))
    return placed
