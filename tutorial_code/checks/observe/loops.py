"""How the loops are looked at: run on a small network and compared by what they did."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tutorial_code.checks.observe.diary import Batches, LoopFixture
from tutorial_code.checks.observe.exceptions import error_facts
from tutorial_code.checks.observe.facts import Scenario

UNEVEN = Batches()
SINGLE = Batches(images=4)
DROPPED = Batches(drop_last=True)
MANY = Batches(images=301, size=2, moves_only=True)
ONE_MISSING = Batches(kind="one class is missing")
MANY_HITS = Batches(images=600, size=290, classes=300, kind="the network is right")
NOT_A_NUMBER = Batches(kind="an image is not a number")


def observe_train_one_epoch(train_one_epoch: Callable[..., float]) -> Iterator[Scenario]:
    """Run a training loop over loaders of several shapes, once and twice in a row."""
    yield _train("an epoch of batches of 4, 4 and 3", train_one_epoch, UNEVEN)
    yield _train("two epochs of batches of 4, 4 and 3", train_one_epoch, UNEVEN, epochs=2)
    yield _train("an epoch of a single batch", train_one_epoch, SINGLE)
    yield _train("an epoch of a model in training mode", train_one_epoch, UNEVEN, training=True)
    yield _train("an epoch whose loader drops the smaller last batch", train_one_epoch, DROPPED)
    yield _train("an epoch of 151 batches", train_one_epoch, MANY, rate=0.01)
    yield _train("an epoch in which a class is missing", train_one_epoch, ONE_MISSING)
    yield _hides_nan(
        "an epoch in which a loss is NaN", lambda fixture: fixture.train(train_one_epoch)
    )


def observe_evaluate(evaluate: Callable[..., tuple[float, float]]) -> Iterator[Scenario]:
    """Run a test over loaders of several shapes, starting in training mode and in evaluation mode.
    """
    yield _test("a test of batches of 4, 4 and 3", evaluate, UNEVEN)
    yield _test("three tests, one after the other", evaluate, UNEVEN, again=True)
    yield _test(
        "a test of a model that is in evaluation mode already", evaluate, UNEVEN, training=False
    )
    yield _test("a test of a single batch", evaluate, SINGLE)
    yield _test("a test whose loader drops the smaller last batch", evaluate, DROPPED)
    yield _test("a test of 151 batches, the last of a single image", evaluate, MANY)
    yield _test("a test of 600 images, nearly all classified right", evaluate, MANY_HITS)
    yield _test("a test in which a class is missing", evaluate, ONE_MISSING)
    yield _hides_nan("a test in which a loss is NaN", lambda fixture: fixture.test(evaluate))


def _train(
    name: str,
    train_one_epoch: Callable[..., float],
    batches: Batches,
    epochs: int = 1,
    training: bool = False,
    rate: float = 0.2,
) -> Scenario:
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": name, "facts": facts}
    fixture = LoopFixture(batches, training, rate)
    try:
        for _ in range(epochs):
            result = fixture.train(train_one_epoch)
        facts["what is returned"] = _type(result)
        facts["mean loss per image"] = _number(result)
    except (Exception, SystemExit) as error:
        facts["runs"], scenario["error"] = error_facts(error, "trains")
    finally:
        switched_off = not torch.is_grad_enabled()
        torch.set_grad_enabled(True)
    scenario |= fixture.explanations()
    facts |= fixture.facts()
    facts["settings of the optimizer left alone"] = fixture.optimizer.settings() == fixture.settings
    facts["optimizer steps"] = fixture.diary.count("step")
    facts["weights afterwards"] = fixture.state("weights")
    facts["running statistics afterwards"] = fixture.state("buffers")
    facts["graphs kept alive"] = fixture.diary.most_graphs > 1
    facts["autograd left on"] = not switched_off
    return scenario


def _test(
    name: str,
    evaluate: Callable[..., tuple[float, float]],
    batches: Batches,
    training: bool = True,
    again: bool = False,
) -> Scenario:
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": name, "facts": facts}
    fixture = LoopFixture(batches, training)
    before = {kind: fixture.state(kind) for kind in ("weights", "buffers")}
    try:
        results = [fixture.test(evaluate) for _ in range(3 if again else 1)]
        result = results[-1]
        facts["what is returned"] = (
            [_type(value) for value in result] if _is_sequence(result) else _type(result)
        )
        values = list(result) if _is_sequence(result) else [result]
        for label, value in zip(
            ("first result, the loss", "second result, the accuracy"), values, strict=False
        ):
            facts[label] = _number(value)
        if again:
            facts["two tests give the same"] = len(set(map(str, results))) == 1
    except (Exception, SystemExit) as error:
        facts["runs"], scenario["error"] = error_facts(error, "tests")
    finally:
        switched_off = not torch.is_grad_enabled()
        torch.set_grad_enabled(True)
    scenario |= fixture.explanations()
    facts |= fixture.facts()
    facts["backward passes"] = fixture.diary.count("backward")
    facts["weights left alone"] = fixture.state("weights") == before["weights"]
    facts["statistics left alone"] = fixture.state("buffers") == before["buffers"]
    facts["autograd left on"] = not switched_off
    return scenario


def _hides_nan(name: str, run: Callable[[LoopFixture], Any]) -> Scenario:
    """See whether a loss that is NaN stays visible: in the mean, or by an exception of the answer's
    own.
    """
    fixture = LoopFixture(NOT_A_NUMBER, training=True)
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
        "scenario": name,
        "facts": {"a loss that is NaN stays visible": visible},
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
