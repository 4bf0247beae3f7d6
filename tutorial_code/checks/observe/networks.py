"""How ``Bottleneck`` and ``ResNet50`` are looked at: made in several ways, run, and compared by what they compute.

Two networks are comparable only under the same weights. So each weight gets a value that depends on *where the data
meets it*: after how many convolutions, on the main way or beside it. Its name and the order in which layers were
made or run play no part.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from zlib import crc32

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from tutorial_code.checks.observe.errors import error_facts
from tutorial_code.checks.observe.facts import Scenario, digest
from tutorial_code.checks.observe.trace import Trace, storage_of, trace

PRODUCT = {"self", "mat2"}  # a matrix product's names for what a layer calls bias and weight
WITH_WEIGHTS = {"conv", "linear", "batch_norm", "group_norm", "layer_norm"}


def observe_bottleneck(bottleneck: Callable[..., nn.Module]) -> Iterator[Scenario]:
    """Look at a ``Bottleneck`` class: identity and projection, both strides, odd sizes, and the sizes of ResNet-50."""
    yield _observe("Bottleneck(32, 8)", lambda: bottleneck(32, 8), (3, 32, 7, 6))
    yield _observe("Bottleneck(16, 8)", lambda: bottleneck(16, 8), (3, 16, 5, 5))
    yield _observe("Bottleneck(8, 8)", lambda: bottleneck(8, 8), (3, 8, 6, 6))
    yield _observe("Bottleneck(32, 8, 2)", lambda: bottleneck(32, 8, 2), (3, 32, 9, 6))
    yield _observe(
        "Bottleneck(24, 8, stride=2)", lambda: bottleneck(in_channels=24, channels=8, stride=2), (3, 24, 7, 7)
    )
    yield _observe("Bottleneck(64, 64)", lambda: bottleneck(64, 64), (2, 64, 4, 4))
    yield _observe("Bottleneck(256, 64)", lambda: bottleneck(256, 64), (2, 256, 4, 4))
    yield _independence("two of Bottleneck(32, 8)", lambda: bottleneck(32, 8))


def observe_resnet50(resnet50: Callable[..., nn.Module]) -> Iterator[Scenario]:
    """Look at a ``ResNet50`` class: as it is, with other numbers of blocks and classes, and at several sizes."""
    by_name = "ResNet50(num_blocks=(1, 3, 2, 1), num_classes=5)"
    yield _structure(by_name, lambda: resnet50(num_blocks=(1, 3, 2, 1), num_classes=5), (2, 3, 32, 32))
    yield _structure("ResNet50()", resnet50, (2, 3, 32, 32))
    yield _observe("ResNet50([2, 2, 2, 1], 7)", lambda: resnet50([2, 2, 2, 1], 7), (2, 3, 48, 48))
    yield _sizes("ResNet50([1, 1, 1, 1])", lambda: resnet50([1, 1, 1, 1]), (32, 97, 224))
    yield _default("ResNet50() made again", resnet50)


def _observe(name: str, make: Callable[[], nn.Module], shape: tuple[int, ...]) -> Scenario:
    """Make a network, give it known weights, and record what it computes in both modes, forward and backward."""
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": f"{name} on {'×'.join(map(str, shape))}", "facts": facts}
    when = "is made"
    try:
        torch.manual_seed(0)
        model = make()
        when = "runs forward"
        x = _numbers(shape, "input")
        found = _trace(model, x, facts)
        scenario["trace"] = _as_plain(found)
        weights = _place_weights(model, found)

        leaf = x.clone().requires_grad_()
        given = leaf * 1.0  # an operation in place on a leaf would be an error of PyTorch's own
        output = _run(model, given)
        facts["input left alone"] = torch.equal(given, x)
        facts["output in training mode"] = digest(output)
        buffers = {key: tensor for key, tensor in weights.items() if "/running_" in key}
        facts["running statistics"] = {key: digest(tensor) for key, tensor in buffers.items()}
        when = "runs backward"
        (output * _numbers(tuple(output.shape), "upstream")).sum().backward()
        facts["gradient of the input"] = digest(leaf.grad) if leaf.grad is not None else "none"
        facts["gradients of the parameters"] = {
            key: digest(tensor.grad) if tensor.grad is not None else "none"
            for key, tensor in weights.items()
            if key not in buffers
        }
        scenario["unused"] = [name for name, parameter in model.named_parameters() if parameter.grad is None]
        facts["parameters without a gradient"] = len(scenario["unused"])
        when = "runs in evaluation mode"
        model.eval()
        before = [tensor.clone() for tensor in buffers.values()]
        with torch.no_grad():
            facts["output in evaluation mode"] = digest(_run(model, x.clone()))
        facts["statistics kept in evaluation mode"] = all(map(torch.equal, before, buffers.values()))
    except (Exception, SystemExit) as error:
        _note_error(scenario, error, when)
    return scenario


def _structure(name: str, make: Callable[[], nn.Module], shape: tuple[int, ...]) -> Scenario:
    """Record shapes and counts only."""
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": f"{name} on {'×'.join(map(str, shape))}", "facts": facts}
    when = "is made"
    try:
        with _NoDraws():
            model = make()
        when = "runs forward"
        scenario["trace"] = _as_plain(_trace(model, torch.zeros(shape), facts))
    except (Exception, SystemExit) as error:
        _note_error(scenario, error, when)
    return scenario


class _NoDraws(TorchFunctionMode):
    """Makes layers without drawing their weights, where no value matters: that is most of the time it takes."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "").endswith(("uniform_", "normal_")):  # kaiming_uniform_, trunc_normal_, …
            return next(iter((*args, *(kwargs or {}).values())))
        return func(*args, **(kwargs or {}))


def _note_error(scenario: Scenario, error: BaseException, when: str) -> None:
    scenario["facts"]["runs"], scenario["error"] = error_facts(error, when)
    done = getattr(error, "operations", None)
    if done is not None:
        scenario["trace"] = _as_plain(done)


def _trace(model: nn.Module, x: Tensor, facts: dict[str, Any]) -> Trace:
    """Run a network for the first time; note its shape and counts."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"it must be an nn.Module, but it is of type {type(model).__name__}")
    model.train()
    with torch.no_grad():
        found, output = trace(model, x.clone())
    if not isinstance(output, Tensor):
        raise TypeError(f"forward must return a tensor, but it returned {type(output).__name__}")
    facts["output shape"] = list(output.shape)
    facts["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    registered = {storage_of(tensor) for tensor in (*model.parameters(), *model.buffers())}
    layers = [op for op in found.ops if op.kind in WITH_WEIGHTS]
    used = {storage_of(weight) for op in layers for weight in op.weights.values()}
    facts["weights that are not registered"] = len(used - registered)
    return found


def _run(model: nn.Module, x: Tensor) -> Tensor:
    torch.manual_seed(1)  # dropout and its like draw the same numbers in each answer
    return model(x)


def _sizes(name: str, make: Callable[[], nn.Module], sizes: tuple[int, ...]) -> Scenario:
    """Run one picture of each size in evaluation mode."""
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": f"{name} on one picture of 32, 97 and 224 pixels", "facts": facts}
    when = "is made"
    try:
        model = make()
        when = "runs forward"
        _place_weights(model, _trace(model, _numbers((2, 3, 64, 64), "input"), {}))
        model.eval()
        with torch.no_grad():
            for size in sizes:
                when = f"takes one picture of {size} pixels"
                output = _run(model, _numbers((1, 3, size, size), "input"))
                facts[f"shape for one picture of {size} pixels"] = list(output.shape)
                facts[f"output for one picture of {size} pixels"] = digest(output)
    except (Exception, SystemExit) as error:
        _note_error(scenario, error, when)
    return scenario


def _independence(name: str, make: Callable[[], nn.Module]) -> Scenario:
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": name, "facts": facts}
    try:
        memory = []
        for model in (make(), make()):
            with torch.no_grad():
                model(_numbers((2, 32, 4, 4), "input"))  # lazy layers get their weights at the first call
            memory.append({storage_of(tensor) for tensor in (*model.parameters(), *model.buffers())})
        facts["weights of their own"] = not memory[0] & memory[1]
    except (Exception, SystemExit) as error:
        facts["runs"], scenario["error"] = error_facts(error, "is made twice")
    return scenario


def _default(name: str, resnet50: Callable[..., nn.Module]) -> Scenario:
    """Make networks with a list and with the default, and see whether either was changed."""
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": name, "facts": facts}
    try:
        blocks = [1, 1, 1, 1]
        with _NoDraws(), torch.no_grad():
            model = resnet50()
            model.train()(torch.zeros(2, 3, 32, 32))
            facts["parameters"] = sum(parameter.numel() for parameter in model.parameters())
            resnet50(blocks, 3)
        facts["the list of blocks left alone"] = blocks == [1, 1, 1, 1]
    except (Exception, SystemExit) as error:
        facts["runs"], scenario["error"] = error_facts(error, "is made again")
    return scenario


def _numbers(shape: tuple[int, ...], key: str) -> Tensor:
    """Return random numbers that depend on nothing but the shape and the key."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(crc32(f"{key}{shape}".encode())))


def _place_weights(model: nn.Module, found: Trace) -> dict[str, Tensor]:
    """Give every weight its value by its place in the flow of the data; return them by their places."""
    whole = {storage_of(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    placed: dict[str, Tensor] = {}
    seen: set[int] = set()
    times: Counter[str] = Counter()
    for index in found.in_order():
        for argument, weight in found.ops[index].weights.items() if found.ops[index].kind in WITH_WEIGHTS else ():
            if storage_of(weight) in seen:
                continue
            seen.add(storage_of(weight))
            weight = whole.get(storage_of(weight), weight)  # a matrix product takes a transposed view
            shape = tuple(weight.squeeze().shape)
            role = ("weight" if len(shape) > 1 else "bias") if argument in PRODUCT else argument
            place = f"depth {found.depth[index]}, beside by {found.slack[index]}, {'×'.join(map(str, shape))}"
            times[place + role] += 1
            key = f"{place}, {times[place + role]}/{role}"
            placed[key] = weight
            values = _numbers(shape, key)
            if role == "running_var" or (role == "weight" and len(shape) < 2):
                values = 0.2 + values.abs()
            elif role == "weight":
                values *= (2 * len(weight) / weight.numel()) ** 0.5
            with torch.no_grad(), suppress(RuntimeError):  # an expanded view cannot be written; its values then tell
                weight.copy_(values.view(weight.shape))
    return placed


def _as_plain(found: Trace) -> list[dict[str, Any]]:
    """Return the operations that lead to the output, in the order of the data, as plain values."""
    position = {index: number for number, index in enumerate(found.in_order())}
    layers: dict[int, int] = {}  # by memory: the number of the first operation that uses it
    for index, number in position.items():
        for weight in found.ops[index].weights.values():
            layers.setdefault(storage_of(weight), number)
    return [
        {
            "kind": found.ops[index].kind,
            "attributes": found.ops[index].attributes,
            "inputs": [position.get(source, -1) for source in found.ops[index].inputs],
            "shape": list(found.ops[index].shape),
            "depth": found.depth[index],
            "beside": found.slack[index],
            "shares": min((layers[storage_of(weight)] for weight in found.ops[index].weights.values()), default=None),
        }
        for index in position
    ]
