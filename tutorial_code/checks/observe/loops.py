"""How loops are observed: run on a small network, and compared by what they did.

Each configuration has the key ``scenario``, which describes it in words. Everything else has a
default: the numbers of ``images`` and ``classes``, ``batch_size`` and ``drop_last``, the learning
rate ``lr``, ``training`` (the mode of the model at first), ``times`` (how often the loop runs),
``labels`` (``nearly all right`` or ``one class is missing``), ``moves_only``, see ``DeviceWatch``,
and ``nan``: one image is NaN, and the only question is whether this stays visible.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tutorial_code.checks.observe.attempt import Attempt
from tutorial_code.checks.observe.diary import LoopFixture
from tutorial_code.checks.observe.facts import Fact, Scenario

Look = dict[str, Any]
FIXTURE = ("images", "batch_size", "drop_last", "classes", "labels", "lr", "moves_only", "nan")


def look_at_training_loop(
    train_one_epoch: Callable[..., float], looks: list[Look]
) -> Iterator[Scenario]:
    """Run a training loop in each configuration."""
    for look in looks:
        fixture = _fixture(look, training=False)
        if look.get("nan"):
            yield _hides_nan(look, fixture, lambda given: given.train(train_one_epoch))
        else:
            yield _train(look, fixture, train_one_epoch)


def look_at_test_loop(
    evaluate: Callable[..., tuple[float, float]], looks: list[Look]
) -> Iterator[Scenario]:
    """Run a test in each configuration."""
    for look in looks:
        fixture = _fixture(look, training=True)
        if look.get("nan"):
            yield _hides_nan(look, fixture, lambda given: given.test(evaluate))
        else:
            yield _test(look, fixture, evaluate)


def _fixture(look: Look, training: bool) -> LoopFixture:
    """Return what a loop is given; its model is in the mode that ``look`` or ``training`` sets."""
    asked = {key: look[key] for key in FIXTURE if key in look}
    return LoopFixture(training=look.get("training", training), **asked)


def _train(look: Look, fixture: LoopFixture, train_one_epoch: Callable[..., float]) -> Scenario:
    with _Loop(look["scenario"], "trains") as attempt:
        for _ in range(look.get("times", 1)):
            result = fixture.train(train_one_epoch)
        attempt.facts[Fact.RETURNED] = _type(result)
        attempt.facts[Fact.MEAN_LOSS] = _number(result)
    facts = attempt.facts
    fixture.explain(attempt.scenario)
    facts |= fixture.facts()
    facts[Fact.OPTIMIZER_UNCHANGED] = fixture.optimizer.settings() == fixture.settings
    facts[Fact.OPTIMIZER_STEPS] = fixture.diary.count("step")
    facts[Fact.WEIGHTS_AFTERWARDS] = fixture.state("weights")
    facts[Fact.STATISTICS_AFTERWARDS] = fixture.state("buffers")
    facts[Fact.GRAPHS_KEPT] = fixture.diary.most_graphs > 1
    facts[Fact.AUTOGRAD_LEFT_ON] = attempt.autograd_left_on
    return attempt.scenario


def _test(
    look: Look, fixture: LoopFixture, evaluate: Callable[..., tuple[float, float]]
) -> Scenario:
    before = {kind: fixture.state(kind) for kind in ("weights", "buffers")}
    with _Loop(look["scenario"], "tests") as attempt:
        facts = attempt.facts
        results = [fixture.test(evaluate) for _ in range(look.get("times", 1))]
        result = results[-1]
        facts[Fact.RETURNED] = (
            [_type(value) for value in result] if _is_sequence(result) else _type(result)
        )
        values = list(result) if _is_sequence(result) else [result]
        for fact, value in zip((Fact.FIRST_RESULT, Fact.SECOND_RESULT), values, strict=False):
            facts[fact] = _number(value)
        if len(results) > 1:
            facts[Fact.SAME_AGAIN] = len(set(map(str, results))) == 1
    facts = attempt.facts
    fixture.explain(attempt.scenario)
    facts |= fixture.facts()
    facts[Fact.BACKWARD_PASSES] = fixture.diary.count("backward")
    facts[Fact.WEIGHTS_UNCHANGED] = fixture.state("weights") == before["weights"]
    facts[Fact.STATISTICS_UNCHANGED] = fixture.state("buffers") == before["buffers"]
    facts[Fact.AUTOGRAD_LEFT_ON] = attempt.autograd_left_on
    return attempt.scenario


class _Loop(Attempt):
    """Collects the facts of one loop, and switches autograd back on if it was left off."""

    autograd_left_on = True

    def __exit__(self, *raised: Any) -> bool:
        self.autograd_left_on = torch.is_grad_enabled()
        torch.set_grad_enabled(True)
        return super().__exit__(*raised)


def _hides_nan(look: Look, fixture: LoopFixture, run: Callable[[LoopFixture], Any]) -> Scenario:
    """Observe whether a NaN loss stays visible: in the mean, or through an exception of the
    answer's own.
    """
    try:
        result = run(fixture)
    except (Exception, SystemExit):
        visible = True
    else:
        loss = _number(result[0] if _is_sequence(result) and result else result)
        visible = loss is None or math.isnan(loss)
    finally:
        torch.set_grad_enabled(True)
    return {
        "scenario": look["scenario"],
        "facts": {Fact.NAN_VISIBLE: visible},
        "trace": fixture.diary.events,
    }


def _number(value: Any) -> float | None:
    is_number = isinstance(value, (int, float, np.number)) or (
        isinstance(value, Tensor) and value.numel() == 1
    )
    return float(value) if is_number else None


def _type(value: Any) -> str:
    return "float" if isinstance(value, (float, np.floating)) else type(value).__name__


def _is_sequence(value: Any) -> bool:
    return isinstance(value, (tuple, list))
