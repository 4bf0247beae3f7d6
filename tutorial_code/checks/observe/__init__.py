"""What an answer does, observed in each configuration that its exercise's folder lists."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch

from tutorial_code.checks.exercises import Kind, kind_of, looks_of
from tutorial_code.checks.observe.facts import Scenario
from tutorial_code.checks.observe.functions import look_at_function
from tutorial_code.checks.observe.loops import look_at_test_loop, look_at_training_loop
from tutorial_code.checks.observe.networks import look_at_network
from tutorial_code.checks.observe.optimizer_and_loss import look_at_loss, look_at_optimizer
from tutorial_code.checks.observe.parallel_layers import look_at_parallel_layer
from tutorial_code.checks.observe.parallel_training import look_at_parallel_training

Looks = list[dict[str, Any]]  # configurations, as in exercise.toml
OBSERVERS: dict[Kind, Callable[[Any, Looks], Iterator[Scenario]]] = {
    Kind.NETWORK: look_at_network,
    Kind.LOSS: look_at_loss,
    Kind.OPTIMIZER: look_at_optimizer,
    Kind.TRAINING_LOOP: look_at_training_loop,
    Kind.TEST_LOOP: look_at_test_loop,
    Kind.FUNCTION: look_at_function,
    Kind.PARALLEL_LAYER: look_at_parallel_layer,
    Kind.PARALLEL_TRAINING: look_at_parallel_training,
}


def scenarios_of(name: str, answer: Any) -> Iterator[Scenario]:
    """Observe a class or function, one configuration at a time.

    The observation draws from generators of its own. The answer may draw from torch's, which starts
    from the same state each time and is restored afterwards.
    """
    scenarios = OBSERVERS[kind_of(name)](answer, looks_of(name))
    while True:
        with torch.random.fork_rng(devices=[]), torch.enable_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch may warn about what an answer does
            torch.manual_seed(0)
            scenario = next(scenarios, None)
        if scenario is None:
            return
        yield scenario
