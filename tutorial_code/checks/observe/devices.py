"""A simulated second device: which tensors would be on the CPU and which on the device.

With a CPU alone, nothing fails when a batch is not moved. So each tensor of a batch is tracked,
with everything that is computed from it: what comes from the loader is on the CPU until it is
moved, and what the model computes is on the device. Where the two meet, PyTorch would raise an
error on a GPU.
"""

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

# Where a tensor is: on the model's device, or on the CPU, in words for what it is and how it got
# there.
DEVICE = "the device"
RESULTS = "results that are on the CPU"
FIXED = "moved to a device that is written down"
MAY_MEET = {"copy_", "__setitem__", "__getitem__"}  # PyTorch copies between devices here
MOVES = {"to", "as_tensor", "tensor", "new_tensor", "cuda", "cpu"}


class DeviceWatch(TorchFunctionMode):
    """Tracks the tensors of batches. The answer is given ``device``; ``verdict`` tells how it was
    used.
    """

    def __init__(self, moves_only: bool) -> None:
        super().__init__()
        # If true, results are not tracked, which would take most of the time.
        self.moves_only = moves_only
        self.device = torch.device("cpu", 0)  # not equal to any device that an answer would name
        self.places = WeakTensorKeyDictionary()  # this does not keep its tensors alive
        self.copied: set[str] = set()  # what was moved, so that the moved tensor should be used
        self.found: set[str] = set()

    def on_the_cpu(self, images: Tensor, labels: Tensor) -> None:
        """Record a batch as it comes from the loader."""
        self.places[images], self.places[labels] = "images", "labels"
        self.copied.clear()

    def of_the_model(self, *tensors: Tensor) -> None:
        """Record parameters and buffers."""
        for tensor in tensors:
            self.places[tensor] = DEVICE

    def verdict(self) -> list[str]:
        """Return what was wrong; nothing if every batch was moved to the device."""
        return sorted(self.found)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if self.moves_only and name not in MOVES:
            return func(*args, **kwargs)
        leaves = tree_leaves((args, kwargs))
        tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
        places = {place for tensor in tensors if (place := self.places.get(tensor))}
        if func == Tensor.device.__get__ and DEVICE in places:
            return self.device  # taking the device from the model is right, too
        if name in MOVES and tensors:
            target = self._target(name, leaves, tensors)
            if target is not None:
                return self._moved(func, args, kwargs, tensors[0], target)
        if DEVICE in places and name not in MAY_MEET:
            for tensor in tensors:
                place = self.places.get(tensor, DEVICE)
                if place != DEVICE and tensor.dim() > 0:  # a single number may come from anywhere
                    how = (
                        "moved, but the moved ones not used"
                        if place in self.copied
                        else "not moved"
                    )
                    self.found.add(place if place == FIXED else f"{place} {how}")
        result = func(*args, **kwargs)
        self._derive(result, DEVICE if DEVICE in places else min(places, default=None))
        return result

    def _target(
        self, name: str, leaves: list[Any], tensors: list[Tensor]
    ) -> torch.device | str | None:
        """Return where a call moves its tensor: a device, a place, or None if it only converts."""
        if name == "cpu":
            return torch.device("cpu")
        if name == "cuda":
            return torch.device("cuda")
        if name == "to" and len(tensors) > 1:
            return self.places.get(tensors[1])
        asked = (leaf if isinstance(leaf, torch.device) else _device_named(leaf) for leaf in leaves)
        return next((device for device in asked if device is not None), None)

    def _moved(self, func: Any, args: Any, kwargs: Any, tensor: Tensor, target: Any) -> Any:
        """Carry out a move, as far as a CPU can, and record where its result would be."""
        place = self.places.get(tensor)
        if place in (None, DEVICE):
            result = func(*args, **kwargs)  # with the model, too: PyTorch raises its own errors
            to = DEVICE if target in (self.device, DEVICE) else RESULTS if place else None
            result = tensor.view_as(tensor) if result is tensor and to != place else result
        elif target == torch.device("cpu"):
            to = place if place in (RESULTS, FIXED) else FIXED
            result = tensor.detach().clone()
        else:
            if target not in (self.device, DEVICE) and not self.moves_only:
                self.found.add("always moved to CUDA" if func.__name__ == "cuda" else FIXED)
            to = DEVICE
            self.copied.add(place)
            result = tensor.detach().clone()
        if to:
            self.places[result] = to
        return result

    def _derive(self, result: Any, place: str | None) -> None:
        if place:
            for leaf in tree_leaves(result):
                if isinstance(leaf, Tensor):
                    self.places[leaf] = place


def _device_named(leaf: Any) -> torch.device | None:
    if isinstance(leaf, str):
        try:
            return torch.device(leaf)
        except RuntimeError:
            return None
    return None
