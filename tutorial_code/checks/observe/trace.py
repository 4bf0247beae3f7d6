"""What a network does with an image: its operations in the order of the data, whatever style they
are written in.

A ``TorchDispatchMode`` sees each operation below modules and functions, so that ``nn.ReLU``,
``F.relu`` and ``clamp(min=0)`` are the same operation. Views and copies are ignored.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from tutorial_code.checks.observe.operations import describe_operation

INPUT = -1
COPIES = {"clone", "to_copy", "contiguous", "copy", "lift_fresh"}
# Views that leave something out.
PARTS = {"slice", "select", "index", "narrow", "as_strided", "unfold"}
FACTORIES = {
    "empty_like",
    "zeros_like",
    "ones_like",
    "full_like",
    "rand_like",
    "randn_like",
    "new_zeros",
    "new_empty",
}
LAYERS = {"conv", "linear"}


class Op(NamedTuple):
    """One operation on data that came from the input."""

    # conv, batch_norm, relu, add, max_pool, mean, linear, softmax, …, or PyTorch's own name
    kind: str
    attributes: dict[str, Any]  # plain values
    # indices of the operations whose results it uses; INPUT is the network's input
    inputs: tuple[int, ...]
    weights: dict[str, Tensor]  # parameters and buffers that it uses, by the name of the argument
    shape: tuple[int, ...]  # of its result
    norm: float  # of its result


class Trace(NamedTuple):
    """All operations of a forward pass, with the position of each one in the flow of the data."""

    ops: list[Op]
    # convolutions and linear layers on the longest path from the input up to and including this one
    depth: list[int]
    # how many fewer there are on the longest path through it than on the longest of all
    slack: list[int]

    def in_order(self) -> list[int]:
        """Return the operations that lead to the output, by the flow of the data: the main branch
        first at each depth.
        """
        live = [index for index in range(len(self.ops)) if self.slack[index] >= 0]
        return sorted(live, key=lambda index: (self.depth[index], self.slack[index], index))

    def leading_to(self, inputs: Sequence[int]) -> list[int]:
        """Return the operations that some results come from; without any, those of the last one.

        All are returned if a block's result is not among them: then the block was left out, and
        not only a shortcut computed early.
        """
        needed = set(inputs or [len(self.ops) - 1]) - {INPUT}
        for index in reversed(range(len(self.ops))):
            if index in needed:
                needed.update(source for source in self.ops[index].inputs if source != INPUT)
        every = range(len(self.ops))
        left_out = any(self.ops[index].kind == "add" for index in every if index not in needed)
        return list(every) if left_out else sorted(needed)


def storage_of(tensor: Tensor) -> int:
    """Return what distinguishes one piece of memory from another; views of a tensor share it."""
    return tensor.untyped_storage()._cdata


def as_plain(found: Trace) -> list[dict[str, Any]]:
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
            "shares": min(
                (layers[storage_of(weight)] for weight in found.ops[index].weights.values()),
                default=None,
            ),
        }
        for index in position
    ]


def trace(model: nn.Module, x: Tensor) -> tuple[Trace, Any]:
    """Run the model on x; return its trace and what it returned.

    An exception that the model raises carries the operations before it, as ``operations``.
    """
    recorder = _Recorder(x)
    try:
        with recorder:
            output = model(x)
    except Exception as error:
        kept = vars(error)
        kept["operations"] = _placed(recorder.ops, None)
        kept["inputs"] = recorder.inputs  # of the operation that failed
        raise
    last = recorder.value_of(output) if isinstance(output, Tensor) else None
    return _placed(recorder.ops, last), output


def _placed(ops: list[Op], last: int | None) -> Trace:
    """Find the position of each operation; without a last one, as after an error, all count."""
    depth: list[int] = []
    height = [0] * len(ops)
    live = set(range(len(ops))) if last is None else {last}
    for op in ops:
        before = max((depth[i] for i in op.inputs if i != INPUT), default=0)
        depth.append(before + (op.kind in LAYERS))
    for index in reversed(range(len(ops))):
        if index not in live:
            continue
        for source in ops[index].inputs:
            if source != INPUT:
                live.add(source)
                height[source] = max(height[source], height[index] + (ops[index].kind in LAYERS))
    longest = max(depth, default=0) if last is None else depth[last] if last != INPUT else 0
    slack = [longest - depth[i] - height[i] if i in live else -1 for i in range(len(ops))]
    return Trace(ops, depth, slack)


class _Recorder(TorchDispatchMode):
    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.ops: list[Op] = []
        self.batch = len(x)
        self.inputs: list[int] = []  # of the operation that is running, if there is one
        self.alive = [x]  # a freed tensor's storage could be given to another one
        self.values = {storage_of(x): INPUT}  # of each storage: the operation that wrote it
        self.parts: dict[int, int] = {}  # of each partial view, by id: its own value
        self.masks: set[int] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # otherwise PyTorch imports its compiler at the first operation, for more than a second
        return False

    def value_of(self, tensor: Tensor) -> int | None:
        return self.parts.get(id(tensor), self.values.get(storage_of(tensor)))

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        tensors = list(_tensors_in((*args, *kwargs.values())))
        consumed = [value for value in map(self.value_of, tensors) if value is not None]
        before = {storage_of(tensor) for tensor in tensors}
        self.inputs = consumed
        result = func(*args, **kwargs)
        self.inputs = []
        first = result[0] if isinstance(result, (tuple, list)) and result else result
        if not isinstance(first, Tensor):
            return result
        name = func.overloadpacket.__name__.removesuffix("_").removeprefix("_")
        self.alive.append(first)
        if name == "bernoulli":
            self.masks.add(storage_of(first))
        if not consumed or name in FACTORIES:
            return result
        is_view = storage_of(first) in before and not func._schema.is_mutable
        if name in COPIES:
            self.values.setdefault(storage_of(first), consumed[0])
        elif is_view and name in PARTS and first.numel() < tensors[0].numel():
            self._record("part", {}, consumed, {}, first)
            self.parts[id(first)] = len(self.ops) - 1
        elif not is_view:
            arguments = _bind(func, args, kwargs)
            weights = {
                label: value
                for label, value in arguments.items()
                if isinstance(value, Tensor) and self.value_of(value) is None
            }
            if any(storage_of(tensor) in self.masks for tensor in weights.values()):
                name, weights = "dropout", {}
            self._record(
                *describe_operation(name, arguments, weights, first, self.batch),
                consumed,
                weights,
                first,
            )
            self.values[storage_of(first)] = len(self.ops) - 1
        return result

    def _record(
        self, kind: str, attributes: dict, consumed: list[int], weights: dict, result: Tensor
    ) -> None:
        norm = result.detach().float().norm().item()
        self.ops.append(Op(kind, attributes, tuple(consumed), weights, tuple(result.shape), norm))


def _tensors_in(arguments: Iterable[Any]) -> Iterator[Tensor]:
    for argument in arguments:
        if isinstance(argument, Tensor):
            yield argument
        elif isinstance(argument, (list, tuple)):  # as for cat
            yield from _tensors_in(argument)


def _bind(func: Any, args: Iterable[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    names = [argument.name for argument in func._schema.arguments]
    return {**dict(zip(names, args, strict=False)), **kwargs}
