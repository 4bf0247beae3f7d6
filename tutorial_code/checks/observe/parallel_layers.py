"""How layers are observed whose batch is that of several processes: beside each other, each with
its share of the images.

Each configuration has the keys ``call``, ``shares`` (the number of images of each process), ``map``
(channels, height and width), and perhaps ``passes`` (training passes, one), ``numbers`` (their
type, ``float32``), and ``evaluation``: for each process the number of batches that it evaluates,
without autograd unless ``autograd`` is true.
``rare`` is explained in ``diagnose.recognize``. Configurations with the same number of processes
stand together: they are looked at in the same ones.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import torch
from torch import Tensor, nn

from tutorial_code.checks.observe.attempt import Attempt
from tutorial_code.checks.observe.calls import Call
from tutorial_code.checks.observe.facts import Fact, Scenario, digest
from tutorial_code.checks.observe.groups import Outcome, in_group
from tutorial_code.checks.observe.weights import numbers

Look = dict[str, Any]
STATE_OF_ALL = (Fact.STATE, Fact.VALUES_AT_FIRST)  # the same in every process
ENDED = "has ended"


def look_at_parallel_layer(layer: Any, looks: list[Look]) -> Iterator[Scenario]:
    """Observe a class of layers in each configuration; end where the processes do."""
    for processes, together in groupby(looks, key=lambda look: len(look["shares"])):
        beside = list(together)
        seen = in_group(processes, _in_one_process, layer, beside)
        for look, outcomes in zip(beside, seen, strict=False):
            yield joined(_title(look), outcomes)
        if len(seen) < len(beside) or not came_to_an_end(seen[-1]):
            return


def _title(look: Look) -> str:
    """Return a configuration in words."""
    mode = "evaluation" if "evaluation" in look else "training"
    counts = look["evaluation"] if "evaluation" in look else look["shares"]
    words = " and ".join(map(str, counts))
    what = "batches" if mode == "evaluation" else "images"
    where = f"{len(counts)} processes with {words} {what}"
    if len(counts) == 1:
        where = f"a single process with {words} {what}"
    passes = f"{look['passes']} passes, " if look.get("passes", 1) > 1 else ""
    kind = ", float64" if look.get("numbers") == "float64" else ""
    kind += ", with autograd" if look.get("autograd") else ""
    return f"{look['call']} in {mode} mode, {passes}{where} of {_size(look)}{kind}"


def _size(look: Look) -> str:
    return "×".join(map(str, look["map"]))


def joined(title: str, outcomes: list[Outcome]) -> Scenario:
    """Return one scenario of what was seen in all processes: each fact becomes a list by ranks."""
    facts: dict[str, Any] = {Fact.RUNS: "yes"}
    scenario: Scenario = {"scenario": title, "facts": facts}
    failed = [outcome.seen for outcome in outcomes if outcome.seen and "error" in outcome.seen]
    # Where one process leaves Python, the others fail, because they lose it.
    if failed and not any(outcome.seen is None and not outcome.waits for outcome in outcomes):
        facts[Fact.RUNS] = failed[0]["facts"][Fact.RUNS]
        scenario["error"] = failed[0]["error"]
    elif not came_to_an_end(outcomes):
        facts[Fact.RUNS] = {"waits": _waits(outcomes)}
        scenario["waits"] = [
            f"process {rank} {_doing(outcome)}" for rank, outcome in enumerate(outcomes)
        ]
    seen = [outcome.seen["facts"] for outcome in outcomes if outcome.seen]
    if len(seen) == len(outcomes):
        for fact in seen[0]:
            if fact != Fact.RUNS and all(fact in each for each in seen):
                of_all = [each[fact] for each in seen]
                facts[fact] = of_all[0] if fact in STATE_OF_ALL else of_all
    return scenario


def came_to_an_end(outcomes: list[Outcome]) -> bool:
    """Tell whether every process ended its part of a configuration."""
    return all(outcome.seen is not None for outcome in outcomes)


def _waits(outcomes: list[Outcome]) -> list[str]:
    """Return in which call each process waits. Where one of them has left, the others wait in
    whatever comes next, which says nothing about the mistake.
    """
    left = any(outcome.seen is not None for outcome in outcomes)
    return [
        ENDED if outcome.seen is not None else "waits" if left else outcome.waits
        for outcome in outcomes
    ]


def _doing(outcome: Outcome) -> str:
    if outcome.seen is not None:
        return ENDED
    if not outcome.waits:
        return "has left Python"
    return f"waits in {outcome.waits}{f' ({outcome.line})' if outcome.line else ''}"


def _in_one_process(layer: Any, look: Look, rank: int) -> Scenario:
    """Observe the layer in one of the processes."""
    with Attempt(_title(look)) as attempt:
        facts = attempt.facts
        model = Call(look["call"]).of(layer)
        if not isinstance(model, nn.Module):
            raise TypeError(f"it must be an nn.Module, but it is of type {type(model).__name__}")
        facts[Fact.MADE_IN_TRAINING_MODE] = model.training
        state = model.state_dict()
        facts[Fact.STATE] = {name: list(value.shape) for name, value in sorted(state.items())}
        facts[Fact.VALUES_AT_FIRST] = {name: digest(value) for name, value in state.items()}
        model.to(getattr(torch, look.get("numbers", "float32")))
        attempt.when = "runs forward"
        if "evaluation" in look:
            _evaluate(model, look, rank, facts)
        else:
            _place(model, ("weight", "bias"))
            for number in range(look.get("passes", 1)):
                _train(model, look, rank, number, attempt)
        facts[Fact.RUNNING_STATISTICS] = {
            name: digest(value)
            for name, value in sorted(model.state_dict().items())
            if name.startswith("running")
        }
        facts[Fact.BATCHES_COUNTED] = _count(model)
    return attempt.scenario


def _train(model: nn.Module, look: Look, rank: int, number: int, attempt: Attempt) -> None:
    """Run forward and backward with this process's share of a batch."""
    facts = attempt.facts
    attempt.when = "runs forward"
    x = _share(look, rank, f"input {number}") + _centers(look)
    leaf = x.clone().requires_grad_()
    given = leaf * 1.0  # an operation in place on a leaf would be an error of PyTorch's own
    output = model(given)
    if not isinstance(output, Tensor):
        raise TypeError(f"forward must return a tensor, but it returned {type(output).__name__}")
    facts[Fact.OUTPUT_SHAPE] = list(output.shape)
    facts[Fact.OUTPUT_TYPE] = str(output.dtype).removeprefix("torch.")
    facts[Fact.INPUT_UNCHANGED] = torch.equal(given, x)
    facts[Fact.OUTPUTS] = digest(output)
    attempt.when = "runs backward"
    model.zero_grad()
    upstream = _share(look, rank, f"upstream {number}")
    if output.shape == upstream.shape:
        (output * upstream).sum().backward()
    empty = not len(x)
    facts[Fact.INPUT_GRADIENTS] = _gradient(leaf, empty)
    facts[Fact.GRADIENTS_IN_EACH] = {
        name: _gradient(parameter, empty) for name, parameter in model.named_parameters()
    }
    facts[Fact.STATISTICS_FREE] = not any(each.requires_grad for each in model.buffers())


def _evaluate(model: nn.Module, look: Look, rank: int, facts: dict[str, Any]) -> None:
    """Evaluate as many batches as this process has."""
    _place(model, ("weight", "bias", "running_mean", "running_var"))
    model.eval()
    outputs = []
    with torch.set_grad_enabled(look.get("autograd", False)):
        for number in range(look["evaluation"][rank]):
            outputs.append(model(_share(look, rank, f"input {number}") + _centers(look)))
    facts[Fact.OUTPUTS] = digest(torch.cat([output.flatten() for output in outputs]))


@torch.no_grad()
def _place(model: nn.Module, names: tuple[str, ...]) -> None:
    """Give parameters and buffers known values; variances are positive."""
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        if name in names:
            values = numbers(tuple(tensor.shape), name)
            tensor.copy_(values.abs() + 0.3 if name in {"weight", "running_var"} else values)


def _share(look: Look, rank: int, key: str) -> Tensor:
    """Return this process's part of random numbers for the whole batch."""
    shares, size = look["shares"], look["map"]
    whole = numbers((sum(shares), *size), key).to(getattr(torch, look.get("numbers", "float32")))
    # The processes' parts have other means and deviations.
    part = whole.split(shares)[rank]
    return part * (1 + rank) + 0.7 * rank if key.startswith("input") else part


def _centers(look: Look) -> Tensor:
    """Return another mean for each channel."""
    channels = look["map"][0]
    kind = getattr(torch, look.get("numbers", "float32"))
    return torch.linspace(-0.5, 1.0, channels, dtype=kind).view(-1, 1, 1)


def _gradient(tensor: Tensor, empty: bool) -> Any:
    if tensor.grad is None:
        return digest(torch.zeros_like(tensor)) if empty else "none"
    return digest(tensor.grad)


def _count(model: nn.Module) -> float | None:
    count = model.state_dict().get("num_batches_tracked")
    return None if count is None or count.numel() != 1 else float(count)
