"""How functions that return a criterion or an optimizer are observed: by the losses and the steps
that these give.

Each configuration of a loss has the keys ``call``, ``on`` (what the logits are, in words),
``logits`` and ``labels``. One of an optimizer has the key ``call``, in which ``model`` stands for
the network. Without keyword arguments any sensible default is right; with them three steps are
taken.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from tutorial_code.checks.observe.attempt import Attempt
from tutorial_code.checks.observe.calls import Call
from tutorial_code.checks.observe.facts import WEIGHTS_AFTER_STEP, Fact, Scenario, digest
from tutorial_code.checks.observe.weights import numbers

STEPS = 3


def look_at_loss(
    make_criterion: Callable[..., Any], looks: list[dict[str, Any]]
) -> Iterator[Scenario]:
    """Compute losses and their gradients."""
    for look in looks:
        with Attempt(f"{look['call']} on {look['on']}") as attempt:
            facts = attempt.facts
            logits = torch.tensor(look["logits"], requires_grad=True)
            criterion = Call(look["call"]).of(make_criterion)
            facts[Fact.IS_AN_OBJECT] = not isinstance(criterion, type)
            attempt.when = "is called with logits and labels"
            loss = criterion(logits, torch.tensor(look["labels"]))
            facts[Fact.LOSS_SHAPE] = list(loss.shape)
            facts[Fact.LOSS] = digest(loss)
            attempt.when = "runs backward"
            loss.backward()
            # Where the loss does not depend on the logits, this fails, as it should.
            facts[Fact.LOSS_GRADIENT] = digest(logits.grad)  # type: ignore[arg-type]
        yield attempt.scenario


def look_at_optimizer(
    make_optimizer: Callable[..., torch.optim.Optimizer], looks: list[dict[str, Any]]
) -> Iterator[Scenario]:
    """Make an optimizer for a small network, and take steps with it."""
    for look in looks:
        yield _optimize(make_optimizer, look["call"])


def _optimize(make_optimizer: Callable[..., Any], text: str) -> Scenario:
    call = Call(text)
    model = nn.Sequential(nn.Linear(4, 3, bias=False), nn.BatchNorm1d(3), nn.Linear(3, 2))
    with torch.no_grad():
        for place, parameter in model.named_parameters():
            parameter.copy_(numbers(tuple(parameter.shape), place))
    before = _weights(model)
    with Attempt(text) as attempt:
        facts = attempt.facts
        optimizer = call.of(make_optimizer, model=model)
        facts[Fact.PARAMETERS_TRAINABLE] = all(
            parameter.requires_grad for parameter in model.parameters()
        )
        facts[Fact.WEIGHTS_UNCHANGED] = _weights(model) == before
        facts[Fact.MODEL_IN_TRAINING_MODE] = all(module.training for module in model.modules())
        facts[Fact.IS_AN_OPTIMIZER] = isinstance(optimizer, torch.optim.Optimizer)
        attempt.scenario["kind"] = (
            "SGD" if isinstance(optimizer, torch.optim.SGD) else type(optimizer).__name__
        )
        groups = optimizer.param_groups
        held = {id(parameter) for group in groups for parameter in group["params"]}
        facts[Fact.PARAMETERS_HELD] = sum(id(parameter) in held for parameter in model.parameters())
        _, given = call.arguments(model=model)
        if not given:
            attempt.when = "takes steps"
            facts[Fact.POSITIVE_DEFAULT_RATE] = all(float(group["lr"]) > 0 for group in groups)
            return attempt.scenario
        for setting in given:
            facts[setting] = sorted({float(group.get(setting, 0.0)) for group in groups})
        for setting in (Fact.NESTEROV, Fact.DAMPENING, Fact.MAXIMIZE):
            facts[setting] = any(group.get(setting, False) for group in groups)
        attempt.when = "takes steps"
        for number in range(STEPS):
            random = torch.Generator().manual_seed(number)
            for parameter in model.parameters():
                parameter.grad = torch.randn(parameter.shape, generator=random)
            optimizer.step()
            facts[WEIGHTS_AFTER_STEP.format(number + 1)] = _weights(model)
    return attempt.scenario


def _weights(model: nn.Module) -> list[dict[str, Any]]:
    return [digest(parameter) for parameter in model.parameters()]
