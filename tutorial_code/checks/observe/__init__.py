"""How each class and function that a reader writes is looked at."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch

from tutorial_code.checks.observe.facts import Scenario
from tutorial_code.checks.observe.loops import observe_evaluate, observe_train_one_epoch
from tutorial_code.checks.observe.networks import observe_bottleneck, observe_resnet50
from tutorial_code.checks.observe.optimizer_and_loss import (
    observe_make_criterion,
    observe_make_optimizer,
)

OBSERVERS: dict[str, Callable[[Any], Iterator[Scenario]]] = {
    "Bottleneck": observe_bottleneck,
    "ResNet50": observe_resnet50,
    "make_criterion": observe_make_criterion,
    "make_optimizer": observe_make_optimizer,
    "train_one_epoch": observe_train_one_epoch,
    "evaluate": observe_evaluate,
}


def scenarios_of(name: str, answer: Any) -> Iterator[Scenario]:
    """Look at a class or function, one way to use it at a time.

    What is looked at draws from generators of its own. The answer may draw from torch's, which
    begins each time at the same place and is afterwards as it was.
    """
    scenarios = OBSERVERS[name](answer)
    while True:
        with torch.random.fork_rng(devices=[]), torch.enable_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what an answer does, PyTorch may warn
            torch.manual_seed(0)
            scenario = next(scenarios, None)
        if scenario is None:
            return
        yield scenario
