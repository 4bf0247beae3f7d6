"""How networks and their blocks are observed: made in several ways, run, and compared by what they
compute.

Each configuration has the keys ``how``, ``call`` and ``input`` (the shape of a batch), and perhaps
``given``: classes of the chapter, of earlier exercises, that the call names; and ``derived``: for
each further name a class ``of`` which it is a subclass, and its other attributes. ``how`` is

* ``structure``: only shapes and counts are recorded. Such configurations come first; if feature
  maps are far too large, nothing else is observed, because it would take too long.
* ``values``: what it computes under known weights, forward and backward, in both modes.
* ``sizes``: one image of each of the ``sizes`` in evaluation mode, after a training pass.
* ``independence``: whether two networks that are made by the same call share weights.
* ``attributes``: numbers of the class, which has them before any network is made; in place of
  ``input`` it has their names. Such a configuration comes last.
* ``again``: whether a network is made the same way again, and the arguments of the call ``then``
  stay unchanged.
"""

import copy
import sys
from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import torch
from torch import nn

from tutorial_code.checks.observe.attempt import Attempt
from tutorial_code.checks.observe.calls import Call
from tutorial_code.checks.observe.facts import (
    ATTRIBUTE,
    OUTPUT_AT_SIZE,
    SHAPE_AT_SIZE,
    Fact,
    Scenario,
    digest,
)
from tutorial_code.checks.observe.network_runs import (
    NoDraws,
    count_parameters,
    first_trace,
    is_in_training_mode,
    run,
)
from tutorial_code.checks.observe.trace import as_plain, storage_of, trace
from tutorial_code.checks.observe.weights import (
    WITH_WEIGHTS,
    buffers_of,
    numbers,
    place_weights,
    restore_buffers,
)

STRUCTURE, INDEPENDENCE, ATTRIBUTES = "structure", "independence", "attributes"
# Values that a network's layers return for two images of 32×32; ResNet-50's return 0.9 million.
MAX_VALUES = 4_000_000

Network = Callable[..., nn.Module]
Look = dict[str, Any]


def look_at_network(network: Network, looks: list[Look]) -> Iterator[Scenario]:
    """Observe a class of networks or blocks in each configuration."""
    first = count_structures(looks)
    sensible = True
    for look in looks[:first]:
        scenario = _structure(network, look)
        yield scenario
        sensible = sensible and scenario["facts"].get(Fact.SENSIBLE_SIZE, True)
    if not sensible:
        return  # it is certainly wrong, because unseen facts count as failed
    for look in looks[first:]:
        yield WAYS[look["how"]](network, look)


def count_structures(looks: list[Look]) -> int:
    """Return how many configurations at the start record only shapes and counts."""
    number = 0
    while number < len(looks) and looks[number].get("how") == STRUCTURE:
        number += 1
    return number


def _made(network: Network, look: Look) -> nn.Module:
    """Make the network of a configuration."""
    return Call(look["call"]).of(network, **_given(look))


def _given(look: Look) -> dict[str, Any]:
    """Return the classes that a configuration's calls name, from the chapter as it is loaded: while
    an answer is judged, the chapter holds no more than an answer may import.
    """
    given = {name: getattr(sys.modules[look["chapter"]], name) for name in look.get("given", [])}
    for name, said in look.get("derived", {}).items():
        attributes = {key: value for key, value in said.items() if key != "of"}
        given[name] = type(name, (given[said["of"]],), attributes)
    return given


def _on(look: Look) -> str:
    return f"{look['call']} on {'×'.join(map(str, look['input']))}"


def _values(network: Network, look: Look) -> Scenario:
    """Make a network, give it known weights, and record what it computes in both modes, forward and
    backward.
    """
    with Attempt(_on(look)) as attempt:
        facts, scenario = attempt.facts, attempt.scenario
        model = _made(network, look)
        facts[Fact.MADE_IN_TRAINING_MODE] = is_in_training_mode(model)
        attempt.when = "runs forward"
        x = numbers(tuple(look["input"]), "input")
        before = buffers_of(model)
        found = first_trace(model, x, facts)
        scenario["trace"] = as_plain(found)
        weights = place_weights(model, found)
        restore_buffers(model, before)

        leaf = x.clone().requires_grad_()
        given = leaf * 1.0  # an operation in place on a leaf would be an error of PyTorch's own
        output = run(model, given)
        facts[Fact.INPUT_UNCHANGED] = torch.equal(given, x)
        facts[Fact.OUTPUT_IN_TRAINING] = digest(output)
        attempt.when = "runs backward"
        (output * numbers(tuple(output.shape), "upstream")).sum().backward()
        facts[Fact.INPUT_GRADIENT] = digest(leaf.grad) if leaf.grad is not None else "none"
        facts[Fact.PARAMETER_GRADIENTS] = {
            key: "none" if (gradient := weight.gradient()) is None else digest(gradient)
            for key, weight in weights.items()
        }
        _note_parameters(model, attempt)
        attempt.when = "runs in evaluation mode"
        model.eval()
        before = buffers_of(model)
        with torch.no_grad():
            facts[Fact.OUTPUT_IN_EVALUATION] = digest(run(model, x.clone()))
        now = buffers_of(model)
        facts[Fact.STATISTICS_KEPT_IN_EVALUATION] = all(
            torch.equal(now[key], before[key]) for key in before
        )
        with torch.no_grad():
            found, _ = trace(model.train(), x.clone())
        scenario["norms"] = [found.ops[index].norm for index in found.in_order()]
    return attempt.scenario


def _note_parameters(model: nn.Module, attempt: Attempt) -> None:
    """Record which parameters take part in a backward pass that has just been made."""
    facts, scenario = attempt.facts, attempt.scenario
    buffers = [buffer for buffer in model.buffers() if buffer.is_floating_point()]
    scenario["buffers"] = sum(buffer.numel() for buffer in buffers)
    parameters = dict(model.named_parameters())
    scenario["frozen"] = [name for name, each in parameters.items() if not each.requires_grad]
    facts[Fact.FROZEN] = len(scenario["frozen"])
    scenario["unused"] = [name for name, each in parameters.items() if each.grad is None]
    facts[Fact.WITHOUT_GRADIENT] = len(scenario["unused"])


def _structure(network: Network, look: Look) -> Scenario:
    """Record shapes and counts only."""
    with Attempt(_on(look)) as attempt:
        with NoDraws():
            model = _made(network, look)
        attempt.facts[Fact.MADE_IN_TRAINING_MODE] = is_in_training_mode(model)
        attempt.when = "runs forward"
        found = first_trace(model, torch.zeros(look["input"]), attempt.facts)
        values = sum(prod(op.shape) for op in found.ops if op.kind in WITH_WEIGHTS)
        attempt.facts[Fact.SENSIBLE_SIZE] = values <= MAX_VALUES
        attempt.scenario["trace"] = as_plain(found)
    return attempt.scenario


def _sizes(network: Network, look: Look) -> Scenario:
    """Run one image of each size in evaluation mode."""
    *others, last = map(str, look["sizes"])
    name = f"{look['call']} on one image of {', '.join(others)} and {last} pixels"
    with Attempt(name) as attempt:
        model = _made(network, look)
        attempt.when = "runs forward"
        before, x = buffers_of(model), numbers(tuple(look["input"]), "input")
        place_weights(model, first_trace(model, x))
        restore_buffers(model, before)
        with torch.no_grad():
            run(model, x)  # the running statistics come from one training pass
        model.eval()
        channels = look["input"][1]
        with torch.no_grad():
            for size in look["sizes"]:
                attempt.when = f"takes one image of {size} pixels"
                output = run(model, numbers((1, channels, size, size), "input"))
                attempt.facts[SHAPE_AT_SIZE.format(size)] = list(output.shape)
                attempt.facts[OUTPUT_AT_SIZE.format(size)] = digest(output)
    return attempt.scenario


def _independence(network: Network, look: Look) -> Scenario:
    """Make two networks, and observe whether they share weights."""
    with Attempt(f"two of {look['call']}", when="is made twice") as attempt:
        memory = []
        with NoDraws(), torch.no_grad():
            for model in (_made(network, look), _made(network, look)):
                model(torch.zeros(look["input"]))  # lazy layers get their weights at the first call
                tensors = (*model.parameters(), *model.buffers())
                memory.append({storage_of(tensor) for tensor in tensors})
        attempt.facts[Fact.OWN_WEIGHTS] = not memory[0] & memory[1]
    return attempt.scenario


def _again(network: Network, look: Look) -> Scenario:
    """Make networks by two calls, and observe whether the arguments of the second were changed."""
    with Attempt(f"{look['call']} made again", when="is made again") as attempt:
        with NoDraws(), torch.no_grad():
            model = _made(network, look)
            # Lazy layers get their weights at the first call.
            model.train()(torch.zeros(look["input"]))
            attempt.facts[Fact.PARAMETERS] = count_parameters(model)
            positional, named = Call(look["then"]).arguments(**_given(look))
            before = copy.deepcopy(named)
            network(*positional, **named)
        changed = [name for name in named if named[name] != before[name]]
        attempt.scenario["changed"] = [f"{type(named[name]).__name__} {name}" for name in changed]
        attempt.facts[Fact.ARGUMENTS_UNCHANGED] = not changed
    return attempt.scenario


def _attributes(network: Network, look: Look) -> Scenario:
    """Record numbers that the class itself has."""
    with Attempt(f"the class {look['call']}", when="is read") as attempt:
        for name in look["attributes"]:
            value = getattr(network, name, None)
            kind = "nothing" if value is None else type(value).__name__
            attempt.facts[ATTRIBUTE.format(name)] = value if type(value) is int else kind
    return attempt.scenario


WAYS: dict[str, Callable[[Network, Look], Scenario]] = {
    STRUCTURE: _structure,
    "values": _values,
    "sizes": _sizes,
    INDEPENDENCE: _independence,
    ATTRIBUTES: _attributes,
    "again": _again,
}
