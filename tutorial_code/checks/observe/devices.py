"""A second device without a second device: which tensors would lie on the CPU and which on the
device.

On one CPU nothing fails when a batch is not moved. So each tensor of a batch is followed, and all
that is computed from it: what comes from the loader lies on the CPU until it is moved, what the
model computes lies on the device. Where the two meet, PyTorch would raise an error on a GPU.
"""

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

# Where a tensor lies: where the model is; or else on the CPU, said by what it is and how it came
# there.
DEVICE = "the device"
RESULTS = "results that are on the CPU"
FIXED = "moved to a device that is written down"
MAY_MEET = {"copy_", "__setitem__", "__getitem__"}  # PyTorch copies between devices here
MOVES = {"to", "as_tensor", "tensor", "new_tensor", "cuda", "cpu"}


class DeviceWatch(TorchFunctionMode):
    """Follows the tensors of batches. ``device`` is what the answer is given; ``verdict`` tells how
    it was used.
    """

    def __init__(self, moves_only: bool) -> None:
        super().__init__()
        # Then what is computed is not followed, which takes most of the time.
        self.moves_only = moves_only
        self.device = torch.device("cpu", 0)  # equal to no device that someone would write down
        self.places = WeakTensorKeyDictionary()  # a tensor that is in here is not kept alive
        self.copied: set[str] = set()  # what was moved once, so that the moved one should be used
        self.found: set[str] = set()

    def on_the_cpu(self, images: Tensor, labels: Tensor) -> None:
        """Note a batch as it comes from the loader."""
        self.places[images], self.places[labels] = "images", "labels"
        self.copied.clear()

    def of_the_model(self, *tensors: Tensor) -> None:
        """Note parameters and buffers."""
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
            return self.device  # asking the model is right, too
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
        """Return where a call moves its tensor to: a device, a place, or None where it only
        converts.
        """
        if name == "cpu":
            return torch.device("cpu")
        if name == "cuda":
            return torch.device("cuda")
        if name == "to" and len(tensors) > 1:
            return self.places.get(tensors[1])
        asked = (leaf if isinstance(leaf, torch.device) else _device_named(leaf) for leaf in leaves)
        return next((device for device in asked if device is not None), None)

    def _moved(self, func: Any, args: Any, kwargs: Any, tensor: Tensor, target: Any) -> Any:
        """Carry a move out, as far as one CPU can, and note where its result would lie."""
        place = self.places.get(tensor)
        if place in (None, DEVICE):
            result = func(*args, **kwargs)  # the model, too: PyTorch says what it says
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
