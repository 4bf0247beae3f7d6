"""What a training by several processes is given when it is observed: a network and numbered images
that keep a diary, the same whatever the style of the answer.

Everything is seen where the network is: the number of each image and the random numbers that were
drawn for it travel in the image's first channel.
"""

import copy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.optimizer import (
    Optimizer,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.data import Dataset

SIZE = 3  # rows and columns of an image
CLASSES = 3
FIRST_TEST_IMAGE = 1000  # numbers below are those of training images
CERTAIN = 50.0  # a logit that no other one reaches


class NumberedImages(Dataset):
    """Images (3, 3, 3) whose first channel says what they are.

    Args:
        count: how many.
        test: whether they are test images, of which the first ``right`` get the right class from
            any network, in the order of ``places``.
        places: the test images that are classified right.
    """

    def __init__(self, count: int, test: bool = False, places: tuple[int, ...] = ()) -> None:
        random = torch.Generator().manual_seed(12 + test)
        self.pixels = torch.randn(count, 2, SIZE, SIZE, generator=random)
        self.labels = torch.randint(CLASSES, (count,), generator=random).tolist()
        self.test, self.places = test, places

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        index = range(len(self))[index]
        label = self.labels[index]
        code = torch.zeros(1, SIZE, SIZE)
        code[0, 0, 0] = index + FIRST_TEST_IMAGE * self.test
        code[0, 1, 0] = label
        if self.test:
            code[0, 2, 0] = 1 + (label if index in self.places else (label + 1) % CLASSES)
        else:
            code[0, 0, 1:] = torch.rand(2)  # as an augmentation draws them
        return torch.cat([code, self.pixels[index]]), label


class Diary:
    """What happened in one process, in order."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.batches: list[Tensor] = []  # of training, since the last step
        self.writes = 0  # how often something was written to the file of weights

    def __deepcopy__(self, memory: dict) -> "Diary":
        return self  # a copy of the network writes into the same diary


class DiaryNetwork(nn.Module):
    """A small network with BatchNorm: images (batch, 3, 3, 3) to logits (batch, 3)."""

    def __init__(self, diary: Diary, seed: int) -> None:
        super().__init__()
        self.diary = diary
        self.body = nn.Sequential(
            nn.Conv2d(2, 4, 2, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten()
        )
        self.fc = nn.Linear(16, CLASSES)
        random = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.rand(parameter.shape, generator=random) - 0.3)

    def forward(self, x: Tensor) -> Tensor:
        modes = {module.training for module in self.modules()}
        logits = self.fc(self.body(x[:, 1:]))
        code = x[:, 0].detach()
        numbers = code[:, 0, 0].round().long().tolist()
        test = any(number >= FIRST_TEST_IMAGE for number in numbers)
        if test:
            told = F.one_hot(code[:, 2, 0].long() - 1, CLASSES)
            logits = logits + CERTAIN * told
        labels = code[:, 1, 0].long()
        with torch.no_grad():
            self.diary.events.append(
                {
                    "event": "test" if test else "train",
                    "numbers": numbers,
                    "drawn": code[:, 0, 1:].tolist(),
                    "evaluation": modes == {False},
                    "loss": F.cross_entropy(logits, labels, reduction="sum").item(),
                    "right": int((logits.argmax(dim=1) == labels).sum()),
                    "statistics": _in_a_row(self.buffers()),
                }
            )
        if not test:
            self.diary.batches.append(x.detach().clone())
        return logits

    def __reduce__(self) -> tuple:
        return list, ()  # one that is saved as a whole is no network

    def __deepcopy__(self, memory: dict) -> "DiaryNetwork":
        copied = DiaryNetwork(self.diary, 0)
        copied.load_state_dict(self.state_dict())
        return copied.train(self.training)

    def gradient_of(self, batches: list[Tensor]) -> list[float]:
        """Return the gradient of the sum of the losses of batches, all parameters in a row, as a
        network alone computes it.
        """
        alone = DiaryNetwork(Diary(), 0)
        alone.load_state_dict(copy.deepcopy(self.state_dict()))
        with torch.enable_grad():
            losses = [
                F.cross_entropy(alone(x), x[:, 0, 1, 0].long(), reduction="sum") for x in batches
            ]
            torch.stack([torch.zeros(()), *losses]).sum().backward()
        return _in_a_row(
            parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
            for parameter in alone.parameters()
        )


def _gradients(parameters: list[nn.Parameter]) -> list[Tensor]:
    return [torch.zeros_like(each) if each.grad is None else each.grad for each in parameters]


def _in_a_row(tensors: Any) -> list[float]:
    return torch.cat([tensor.detach().flatten().double() for tensor in tensors]).tolist()


@contextmanager
def watched(network: DiaryNetwork, path: Path) -> Iterator[None]:
    """Let the diary of a network have the steps of its optimizer, and what is written to a file."""
    diary, parameters = network.diary, list(network.parameters())

    def is_of_network(optimizer: Optimizer) -> bool:
        held = {id(each) for group in optimizer.param_groups for each in group["params"]}
        return any(id(each) in held for each in parameters)

    last_hooks = []

    def before(optimizer: Optimizer, *_: Any) -> None:
        if is_of_network(optimizer):
            # After the optimizer's own hooks, which may change gradients and rate.
            last_hooks.append(optimizer.register_step_pre_hook(just_before))

    def just_before(optimizer: Optimizer, *_: Any) -> None:
        if last_hooks:
            diary.events.append(
                {
                    "event": "step",
                    "rate": float(optimizer.param_groups[0]["lr"]),
                    "applied": _in_a_row(_gradients(parameters)),
                    "own": network.gradient_of(diary.batches),
                    "images": sum(len(batch) for batch in diary.batches),
                    "before": _in_a_row(parameters),
                    "remembers": bool(optimizer.state),
                }
            )
            diary.batches.clear()

    def after(optimizer: Optimizer, *_: Any) -> None:
        if is_of_network(optimizer):
            while last_hooks:
                last_hooks.pop().remove()
            diary.events[-1]["after"] = _in_a_row(parameters)

    def called(frame: Any, event: str, _: Any) -> None:
        if event == "call" and frame.f_code is torch.save.__code__:
            diary.writes += _is_path(frame.f_locals.get("f"), path)

    def opened(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and _is_path(arguments[0], path):
            mode = arguments[1]
            diary.writes += isinstance(mode, str) and mode.strip("bt") not in {"r", ""}
        elif event in {"os.rename", "os.link"}:  # another file gets this name
            diary.writes += _is_path(arguments[1], path)

    hooks = register_optimizer_step_pre_hook(before), register_optimizer_step_post_hook(after)
    sys.addaudithook(opened)  # for the rest of the process, which is not used otherwise
    sys.setprofile(called)
    try:
        yield
    finally:
        sys.setprofile(None)
        for hook in hooks:
            hook.remove()


def _is_path(value: Any, path: Path) -> bool:
    name = getattr(value, "name", value)
    return isinstance(name, (str, Path)) and Path(name).name == path.name
