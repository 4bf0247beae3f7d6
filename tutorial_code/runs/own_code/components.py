"""The classes and functions that a training is built from, each the chapter's or the reader's."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import nn

from tutorial_code import (
    ch03_bottleneck,
    ch04_resnet50,
    ch05_training,
    ch06_testing,
    ch10_family,
)
from tutorial_code.runs.config import MODELS


class Components(NamedTuple):
    """The classes and functions, under the names that the exercises give them."""

    Bottleneck: Callable[..., nn.Module]
    ResNet50: Callable[..., nn.Module]
    BasicBlock: Callable[..., nn.Module]
    ResNet: Callable[..., nn.Module]
    make_criterion: Callable[[], Callable]
    make_optimizer: Callable[..., torch.optim.Optimizer]
    train_one_epoch: Callable[..., float]
    evaluate: Callable[..., tuple[float, float]]
    mine: tuple[str, ...] = ()  # those of them that the reader wrote

    @property
    def own_network(self) -> bool:
        """Whether part of the network is the reader's, so that its layers may have any names."""
        return any(not set(names).isdisjoint(self.mine) for names in MODELS.values())


CHAPTERS = Components(
    ch03_bottleneck.Bottleneck,
    ch04_resnet50.ResNet50,
    ch10_family.BasicBlock,
    ch10_family.ResNet,
    ch05_training.make_criterion,
    ch05_training.make_optimizer,
    ch05_training.train_one_epoch,
    ch06_testing.evaluate,
)


LOOPS = ("make_criterion", "make_optimizer", "train_one_epoch", "evaluate")


def pieces_of(model: str) -> tuple[str, ...]:
    """Return the names of the exercises' classes and functions that a training uses."""
    return *MODELS[model], *LOOPS


def whose(model: str, mine: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of the pieces by owner; nothing if all are the chapters'."""
    others = [name for name in pieces_of(model) if name not in mine]
    owners = {"yours": list(mine), "chapter's": others}
    return {owner: names for owner, names in owners.items() if names and mine}
