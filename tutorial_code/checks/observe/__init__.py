"""How each class and function that a reader writes is looked at."""

from collections.abc import Callable, Iterator
from typing import Any

from tutorial_code.checks.observe.facts import Scenario
from tutorial_code.checks.observe.loops import observe_evaluate, observe_train_one_epoch
from tutorial_code.checks.observe.networks import observe_bottleneck, observe_resnet50
from tutorial_code.checks.observe.setup import observe_make_criterion, observe_make_optimizer

OBSERVERS: dict[str, Callable[[Any], Iterator[Scenario]]] = {
    "Bottleneck": observe_bottleneck,
    "ResNet50": observe_resnet50,
    "make_criterion": observe_make_criterion,
    "make_optimizer": observe_make_optimizer,
    "train_one_epoch": observe_train_one_epoch,
    "evaluate": observe_evaluate,
}
