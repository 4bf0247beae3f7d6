"""How ``make_criterion`` and ``make_optimizer`` are looked at: by the losses and the steps that
they give.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from tutorial_code.checks.observe.exceptions import error_facts
from tutorial_code.checks.observe.facts import Scenario, digest
from tutorial_code.checks.observe.weights import numbers


def observe_make_criterion(make_criterion: Callable[[], Any]) -> Iterator[Scenario]:
    """Compute losses and their gradients for a few images, sure and unsure, right and wrong."""
    logits = [[4.0, 0, -1], [0, 2, 1], [1, 1, 1], [-3, 5, 0], [0, 0, 9]]
    yield _criticise("make_criterion() on five images", make_criterion, logits, [0, 1, 2, 0, 2])
    sure = [[300.0, 0, -300], [0, -200, 200]]
    yield _criticise(
        "make_criterion() on two very sure answers, both wrong", make_criterion, sure, [1, 1]
    )


def _criticise(
    name: str, make_criterion: Callable[[], Any], rows: list[list[float]], classes: list[int]
) -> Scenario:
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": name, "facts": facts}
    logits, labels = torch.tensor(rows, requires_grad=True), torch.tensor(classes)
    when = "is made"
    try:
        criterion = make_criterion()
        facts["is an object, not a class"] = not isinstance(criterion, type)
        when = "is called with logits and labels"
        loss = criterion(logits, labels)
        facts["shape of the loss"] = list(loss.shape)
        facts["loss"] = digest(loss)
        when = "runs backward"
        loss.backward()
        facts["gradient"] = digest(logits.grad)
    except (Exception, SystemExit) as error:
        facts["runs"], scenario["error"] = error_facts(error, when)
    return scenario


def observe_make_optimizer(
    make_optimizer: Callable[..., torch.optim.Optimizer],
) -> Iterator[Scenario]:
    """Take three steps with an optimizer, under its defaults and under given values, by name and by
    position.
    """
    yield _optimize("make_optimizer(model)", make_optimizer, given=None)
    by_name = {"lr": 0.5, "momentum": 0.6, "weight_decay": 0.1}
    yield _optimize(
        "make_optimizer(model, lr=0.5, momentum=0.6, weight_decay=0.1)", make_optimizer, by_name
    )
    plain = {"lr": 0.25, "momentum": 0.0, "weight_decay": 0.0}
    yield _optimize(
        "make_optimizer(model, lr=0.25, momentum=0.0, weight_decay=0.0)", make_optimizer, plain
    )


def _optimize(
    name: str, make_optimizer: Callable[..., Any], given: dict[str, float] | None
) -> Scenario:
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": name, "facts": facts}
    model = nn.Sequential(nn.Linear(4, 3, bias=False), nn.BatchNorm1d(3), nn.Linear(3, 2))
    with torch.no_grad():
        for place, parameter in model.named_parameters():
            parameter.copy_(numbers(tuple(parameter.shape), place))
    before = [digest(parameter) for parameter in model.parameters()]
    when = "is made"
    try:
        optimizer = make_optimizer(model, **(given or {}))
        facts["parameters ask for gradients"] = all(
            parameter.requires_grad for parameter in model.parameters()
        )
        facts["weights left alone"] = [
            digest(parameter) for parameter in model.parameters()
        ] == before
        facts["model left in training mode"] = all(module.training for module in model.modules())
        facts["is an optimizer"] = isinstance(optimizer, torch.optim.Optimizer)
        scenario["kind"] = (
            "SGD" if isinstance(optimizer, torch.optim.SGD) else type(optimizer).__name__
        )
        held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        facts["parameters that it holds"] = sum(
            id(parameter) in held for parameter in model.parameters()
        )
        if given is not None:
            for setting in given:
                facts[setting] = sorted(
                    {float(group.get(setting, 0.0)) for group in optimizer.param_groups}
                )
            for setting in ("nesterov", "dampening", "maximize"):
                facts[setting] = any(group.get(setting, False) for group in optimizer.param_groups)
        when = "takes steps"
        if given is None:  # any sensible default is right
            rates = [group["lr"] for group in optimizer.param_groups]
            facts["default rate is positive"] = all(float(rate) > 0 for rate in rates)
            return scenario
        for number in range(3):
            random = torch.Generator().manual_seed(number)
            for parameter in model.parameters():
                parameter.grad = torch.randn(parameter.shape, generator=random)
            optimizer.step()
            facts[f"weights after step {number + 1}"] = [
                digest(parameter) for parameter in model.parameters()
            ]
    except (Exception, SystemExit) as error:
        facts["runs"], scenario["error"] = error_facts(error, when)
    return scenario
