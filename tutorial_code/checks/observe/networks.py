"""How ``Bottleneck`` and ``ResNet50`` are looked at: made in several ways, run, and compared by
what they compute.
"""

import difflib
from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from tutorial_code.checks.observe.exceptions import error_facts
from tutorial_code.checks.observe.facts import Scenario, digest
from tutorial_code.checks.observe.trace import Trace, as_plain, storage_of, trace
from tutorial_code.checks.observe.weights import (
    WITH_WEIGHTS,
    buffers_of,
    numbers,
    place_weights,
    restore_buffers,
)

# that the layers of a network give for two images of 32×32; ResNet-50's give 0.9 million
MOST_VALUES = 4_000_000


def observe_bottleneck(bottleneck: Callable[..., nn.Module]) -> Iterator[Scenario]:
    """Look at a ``Bottleneck`` class: identity and projection, both strides, odd sizes, and the
    sizes of ResNet-50.
    """
    yield _observe("Bottleneck(32, 8)", lambda: bottleneck(32, 8), (3, 32, 7, 6))
    yield _observe("Bottleneck(16, 8)", lambda: bottleneck(16, 8), (3, 16, 5, 5))
    yield _observe("Bottleneck(8, 8)", lambda: bottleneck(8, 8), (3, 8, 6, 6))
    yield _observe("Bottleneck(32, 8, 2)", lambda: bottleneck(32, 8, 2), (3, 32, 9, 6))
    yield _observe(
        "Bottleneck(24, 8, stride=2)",
        lambda: bottleneck(in_channels=24, channels=8, stride=2),
        (3, 24, 7, 7),
    )
    yield _observe("Bottleneck(48, 8)", lambda: bottleneck(48, 8), (3, 48, 5, 5))
    yield _observe("Bottleneck(64, 64)", lambda: bottleneck(64, 64), (2, 64, 4, 4))
    yield _observe("Bottleneck(256, 64)", lambda: bottleneck(256, 64), (2, 256, 4, 4))
    yield _independence("two of Bottleneck(32, 8)", lambda: bottleneck(32, 8), (2, 32, 4, 4))
    yield _independence("two of Bottleneck(16, 8, 2)", lambda: bottleneck(16, 8, 2), (2, 16, 4, 4))


def observe_resnet50(resnet50: Callable[..., nn.Module]) -> Iterator[Scenario]:
    """Look at a ``ResNet50`` class: as it is, with other numbers of blocks and classes, and at
    several sizes.
    """
    by_name = "ResNet50(num_blocks=(1, 3, 2, 1), num_classes=5)"
    yield _structure(
        by_name, lambda: resnet50(num_blocks=(1, 3, 2, 1), num_classes=5), (2, 3, 32, 32)
    )
    default = _structure("ResNet50()", resnet50, (2, 3, 32, 32))
    yield default
    if not default["facts"].get("feature maps of a sensible size", True):
        return  # wrong for certain, as all that is not seen is; and its values would take seconds
    yield _observe("ResNet50([2, 2, 2, 1], 7)", lambda: resnet50([2, 2, 2, 1], 7), (2, 3, 48, 48))
    yield _sizes("ResNet50([1, 1, 1, 1])", lambda: resnet50([1, 1, 1, 1]), (32, 97, 224))
    yield _independence(
        f"two of {by_name}",
        lambda: resnet50(num_blocks=(1, 3, 2, 1), num_classes=5),
        (2, 3, 32, 32),
    )
    yield _default("ResNet50() made again", resnet50)


class _Attempt:
    """One way to use an answer, as it goes: what is seen of it, and what it raises instead of
    raising it.
    """

    def __init__(self, name: str) -> None:
        self.facts: dict[str, Any] = {"runs": "yes"}
        self.scenario: Scenario = {"scenario": name, "facts": self.facts}
        self.when = "is made"  # the answer does this now

    def __enter__(self) -> "_Attempt":
        return self

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> bool:
        if not isinstance(error, (Exception, SystemExit)):
            return False
        self.facts["runs"], self.scenario["error"] = error_facts(error, self.when)
        done = getattr(error, "operations", None)
        if done is not None:
            self.scenario["trace"] = as_plain(done)
            last = len(done.ops) - 1
            ended = [op.kind for op in done.ops[-2:]] == [
                "add",
                "relu",
            ]  # a block, and what came of it is not taken
            if ended and error.inputs and last not in error.inputs:
                self.scenario["dropped"] = sum(op.kind == "add" for op in done.ops)
        return True


def _observe(name: str, make: Callable[[], nn.Module], shape: tuple[int, ...]) -> Scenario:
    """Make a network, give it known weights, and record what it computes in both modes, forward and
    backward.
    """
    with _Attempt(f"{name} on {'×'.join(map(str, shape))}") as attempt:
        facts, scenario = attempt.facts, attempt.scenario
        model = make()
        facts["is made in training mode"] = _in_training_mode(model)
        attempt.when = "runs forward"
        x = numbers(shape, "input")
        before = buffers_of(model)
        found = _trace(model, x, facts)
        scenario["trace"] = as_plain(found)
        weights = place_weights(model, found)
        restore_buffers(model, before)

        leaf = x.clone().requires_grad_()
        given = leaf * 1.0  # an operation in place on a leaf would be an error of PyTorch's own
        output = _run(model, given)
        facts["input left alone"] = torch.equal(given, x)
        facts["output in training mode"] = digest(output)
        attempt.when = "runs backward"
        (output * numbers(tuple(output.shape), "upstream")).sum().backward()
        facts["gradient of the input"] = digest(leaf.grad) if leaf.grad is not None else "none"
        facts["gradients of the parameters"] = {
            key: "none" if (gradient := weight.gradient()) is None else digest(gradient)
            for key, weight in weights.items()
        }
        scenario["buffers"] = sum(
            buffer.numel() for buffer in model.buffers() if buffer.is_floating_point()
        )
        scenario["frozen"] = [
            name for name, parameter in model.named_parameters() if not parameter.requires_grad
        ]
        facts["frozen parameters"] = len(scenario["frozen"])
        scenario["unused"] = [
            name for name, parameter in model.named_parameters() if parameter.grad is None
        ]
        facts["parameters without a gradient"] = len(scenario["unused"])
        attempt.when = "runs in evaluation mode"
        model.eval()
        before = buffers_of(model)
        with torch.no_grad():
            facts["output in evaluation mode"] = digest(_run(model, x.clone()))
        now = buffers_of(model)
        facts["statistics kept in evaluation mode"] = all(
            torch.equal(now[key], before[key]) for key in before
        )
        with torch.no_grad():
            found, _ = trace(model.train(), x.clone())
        scenario["norms"] = [found.ops[index].norm for index in found.in_order()]
    return attempt.scenario


def _structure(name: str, make: Callable[[], nn.Module], shape: tuple[int, ...]) -> Scenario:
    """Record shapes and counts only."""
    with _Attempt(f"{name} on {'×'.join(map(str, shape))}") as attempt:
        with _NoDraws():
            model = make()
        attempt.facts["is made in training mode"] = _in_training_mode(model)
        attempt.when = "runs forward"
        found = _trace(model, torch.zeros(shape), attempt.facts)
        values = sum(prod(op.shape) for op in found.ops if op.kind in WITH_WEIGHTS)
        attempt.facts["feature maps of a sensible size"] = values <= MOST_VALUES
        attempt.scenario["trace"] = as_plain(found)
    return attempt.scenario


class _NoDraws(TorchFunctionMode):
    """Makes layers without drawing their weights, where no value matters: that is most of the time
    it takes.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "").endswith(
            ("uniform_", "normal_")
        ):  # kaiming_uniform_, trunc_normal_, …
            return next(iter((*args, *(kwargs or {}).values())))
        return func(*args, **(kwargs or {}))


def _trace(model: nn.Module, x: Tensor, facts: dict[str, Any] | None = None) -> Trace:
    """Run a network for the first time; note its shape and counts in ``facts``."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"it must be an nn.Module, but it is of type {type(model).__name__}")
    if type(model).forward is nn.Module.forward:
        raise TypeError(f"it has no method forward{_other_name(model)}")
    model.train()
    with torch.no_grad():
        found, output = trace(model, x.clone())
    if not isinstance(output, Tensor):
        raise TypeError(f"forward must return a tensor, but it returned {type(output).__name__}")
    if facts is None:
        return found
    facts["output shape"] = list(output.shape)
    facts["parameters"] = count_parameters(model)
    registered = {storage_of(tensor) for tensor in (*model.parameters(), *model.buffers())}
    layers = [op for op in found.ops if op.kind in WITH_WEIGHTS]
    used = {storage_of(weight) for op in layers for weight in op.weights.values()}
    facts["weights that are not registered"] = len(used - registered)
    return found


def _in_training_mode(model: Any) -> bool:
    return not isinstance(model, nn.Module) or all(module.training for module in model.modules())


def _other_name(model: nn.Module) -> str:
    own = [
        name
        for name in vars(type(model))
        if callable(getattr(model, name, None)) and not name.startswith("__")
    ]
    near = difflib.get_close_matches("forward", own, n=1)
    return f", but one that is called {near[0]}" if near else ""


def count_parameters(model: nn.Module) -> int:
    """Return the number of parameters as torchinfo counts them on a run: each once, however it is
    kept or shared.
    """
    return sum(parameter.numel() for parameter in model.parameters())


def _run(model: nn.Module, x: Tensor) -> Tensor:
    torch.manual_seed(1)  # dropout and its like draw the same numbers in each answer
    return model(x)


def _sizes(name: str, make: Callable[[], nn.Module], sizes: tuple[int, ...]) -> Scenario:
    """Run one image of each size in evaluation mode."""
    with _Attempt(f"{name} on one image of 32, 97 and 224 pixels") as attempt:
        model = make()
        attempt.when = "runs forward"
        before, x = buffers_of(model), numbers((2, 3, 64, 64), "input")
        place_weights(model, _trace(model, x))
        restore_buffers(model, before)
        with torch.no_grad():
            _run(model, x)  # the running statistics come from one training pass
        model.eval()
        with torch.no_grad():
            for size in sizes:
                attempt.when = f"takes one image of {size} pixels"
                output = _run(model, numbers((1, 3, size, size), "input"))
                attempt.facts[f"shape for one image of {size} pixels"] = list(output.shape)
                attempt.facts[f"output for one image of {size} pixels"] = digest(output)
    return attempt.scenario


def _independence(name: str, make: Callable[[], nn.Module], shape: tuple[int, ...]) -> Scenario:
    with _Attempt(name) as attempt:
        attempt.when = "is made twice"
        memory = []
        with _NoDraws(), torch.no_grad():
            models = make(), make()
            for model in models:
                model(torch.zeros(shape))  # lazy layers get their weights at the first call
                memory.append(
                    {storage_of(tensor) for tensor in (*model.parameters(), *model.buffers())}
                )
        attempt.facts["weights of their own"] = not memory[0] & memory[1]
    return attempt.scenario


def _default(name: str, resnet50: Callable[..., nn.Module]) -> Scenario:
    """Make networks with a list and with the default, and see whether either was changed."""
    with _Attempt(name) as attempt:
        attempt.when = "is made again"
        blocks = [1, 1, 1, 1]
        with _NoDraws(), torch.no_grad():
            model = resnet50()
            model.train()(
                torch.zeros(2, 3, 32, 32)
            )  # lazy layers get their weights at the first call
            attempt.facts["parameters"] = count_parameters(model)
            resnet50(blocks, 3)
        attempt.facts["the list of blocks left alone"] = blocks == [1, 1, 1, 1]
    return attempt.scenario
