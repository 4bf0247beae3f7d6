"""A second device without a second device: which tensors of a batch an answer moved, and where to.

On one CPU nothing fails when a batch is not moved. So each tensor of a batch is followed: what was computed with it
before it was moved is noted, and so is the device that it was moved to.
"""

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

# What may be asked of a tensor wherever it is: shapes, sizes, numbers for the CPU.
HARMLESS = {"size", "dim", "numel", "__len__", "__repr__", "__get__", "__hash__", "__format__", "stride", "ndimension"}


class DeviceWatch(TorchFunctionMode):
    """Follows the tensors of batches. ``device`` is what the answer is given; ``verdict`` tells how it was used."""

    def __init__(self) -> None:
        super().__init__()
        self.device = torch.device("cpu", 0)  # equal to no device that someone would write down
        self.kept: list[Tensor] = []  # so that no id is given twice
        self.waiting: dict[int, str] = {}  # by id: what came from the loader
        self.copied: set[int] = set()  # by id: what was moved, so that the moved one should be used
        self.parameters: set[int] = set()
        self.asked_model = False
        self.found: set[str] = set()

    def on_the_cpu(self, images: Tensor, labels: Tensor) -> None:
        """Note a batch as it comes from the loader."""
        self.kept += [images, labels]
        self.waiting[id(images)], self.waiting[id(labels)] = "pictures", "labels"

    def of_the_model(self, *parameters: Tensor) -> None:
        """Note the parameters: whoever asks them for their device has found it in another way."""
        self.parameters = {id(parameter) for parameter in parameters}

    def verdict(self) -> list[str]:
        """Return what was wrong; nothing if every batch was moved to the device."""
        return sorted(self.found)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        leaves = tree_leaves((args, kwargs))
        tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
        name = getattr(func, "__name__", "")
        if name == "__get__" and tensors and id(tensors[0]) in self.parameters:
            self.asked_model |= func == Tensor.device.__get__
        mine = [tensor for tensor in tensors if id(tensor) in self.waiting]
        target = next((leaf for leaf in leaves if isinstance(leaf, torch.device)), None)
        if target is None and name in {"to", "as_tensor", "tensor"}:
            target = next((torch.device(leaf) for leaf in leaves if _is_device_name(leaf)), None)
        if mine and name == "cuda":
            self.found.add("always moved to CUDA")
            return self._moved(mine[0])
        if mine and target is not None:
            if target != self.device and not self.asked_model:
                self.found.add("moved to a device that is written down")
            return self._moved(mine[0])
        if name not in HARMLESS:
            for tensor in mine:
                how = "moved, but the moved ones not used" if id(tensor) in self.copied else "not moved"
                self.found.add(f"{self.waiting[id(tensor)]} {how}")
        return func(*args, **kwargs)

    def _moved(self, tensor: Tensor) -> Tensor:
        self.copied.add(id(tensor))
        moved = tensor.detach().clone()
        self.kept.append(moved)
        return moved


def _is_device_name(leaf: Any) -> bool:
    if isinstance(leaf, str):
        try:
            torch.device(leaf)
        except RuntimeError:
            return False
        return True
    return False
