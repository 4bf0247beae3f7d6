"""How the loops and their setup are looked at: run on a small network and compared by what they did.

The network, the batches, the criterion and the optimizer that an answer gets keep a diary. Nothing in it depends on
how the answer is written, only on what it does: the mode, autograd on or off, each step, and the weights afterwards.
"""

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tutorial_code.checks.observe.devices import DeviceWatch
from tutorial_code.checks.observe.errors import error_facts
from tutorial_code.checks.observe.facts import Scenario, digest

PICTURES, BATCH_SIZE, CLASSES = 11, 4, 3  # the last batch is smaller: 4, 4, 3


def observe_train_one_epoch(train_one_epoch: Callable[..., float]) -> Iterator[Scenario]:
    """Run a training loop over uneven batches, twice in a row, and over a single batch."""
    yield _train("an epoch of batches of 4, 4 and 3", train_one_epoch, PICTURES, epochs=1)
    yield _train("two epochs of batches of 4, 4 and 3", train_one_epoch, PICTURES, epochs=2)
    yield _train("an epoch of a single batch", train_one_epoch, BATCH_SIZE, epochs=1)
    yield _train("an epoch of a model in training mode", train_one_epoch, PICTURES, epochs=1, training=True)


def observe_evaluate(evaluate: Callable[..., tuple[float, float]]) -> Iterator[Scenario]:
    """Run a test over uneven batches, starting in training mode and in evaluation mode."""
    yield _test("a test of batches of 4, 4 and 3", evaluate, PICTURES, training=True)
    yield _test("a test of a model that is in evaluation mode already", evaluate, PICTURES, training=False)
    yield _test("a test of a single batch", evaluate, BATCH_SIZE, training=True)


class Diary:
    """What happened, in order, and how often."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.graphs: weakref.WeakSet = weakref.WeakSet()
        self.most_graphs = 0

    def note(self, event: str) -> None:
        self.events.append(event)

    def count(self, event: str) -> int:
        return sum(entry.startswith(event) for entry in self.events)


class _Mark:
    """Lives as long as the graph that holds it."""


class _Marked(torch.autograd.Function):
    """The identity; its node in the graph holds a mark, and tells when backward passes."""

    @staticmethod
    def forward(context, x, diary):
        context.diary, context.mark = diary, _Mark()
        diary.graphs.add(context.mark)
        return x.view_as(x)

    @staticmethod
    def backward(context, gradient):
        context.diary.note("backward")
        return gradient, None


class DiaryNetwork(nn.Module):
    """A small network like the real one in kind: pictures (batch, 3, 2, 2) to logits (batch, CLASSES)."""

    def __init__(self, diary: Diary) -> None:
        super().__init__()
        self.diary = diary
        conv, norm = nn.Conv2d(3, 4, kernel_size=1, bias=False), nn.BatchNorm2d(4)
        self.body = nn.Sequential(conv, norm, nn.ReLU(), nn.Flatten(), nn.Linear(16, CLASSES))

    def forward(self, x: Tensor) -> Tensor:
        if len(self.diary.graphs) > 1:
            gc.collect()  # a graph in a cycle is not a graph that is kept
        self.diary.most_graphs = max(self.diary.most_graphs, len(self.diary.graphs))
        modes = {module.training for module in self.modules()}
        mode = "mixed" if len(modes) > 1 else "training" if modes.pop() else "evaluation"
        self.diary.note(f"forward in {mode} mode, autograd {'on' if torch.is_grad_enabled() else 'off'}")
        return _Marked.apply(self.body(x), self.diary)


class DiaryCriterion(nn.CrossEntropyLoss):
    """A cross-entropy of its own kind, so that another one in its place shows."""

    def __init__(self, diary: Diary) -> None:
        super().__init__(label_smoothing=0.2)
        self.diary = diary

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        self.diary.note("loss")
        return super().forward(logits, labels)


class DiaryOptimizer(torch.optim.SGD):
    """SGD with momentum that notes its steps."""

    diary: Diary

    def zero_grad(self, set_to_none: bool = True) -> None:
        if hasattr(self, "diary"):
            self.diary.note("zero_grad")
        super().zero_grad(set_to_none)

    def step(self, closure: Any = None) -> Any:
        self.diary.note("step")
        return super().step(closure)


class DiaryLoader(DataLoader):
    """Batches in a fixed order, each noted when it is taken."""

    diary: Diary
    watch: DeviceWatch

    def __iter__(self) -> Iterator[list[Tensor]]:
        for number, (images, labels) in enumerate(super().__iter__(), start=1):
            self.diary.note(f"batch {number}")
            self.watch.on_the_cpu(images, labels)
            yield [images, labels]


class _Stage:
    """Everything that a loop is given, new and always the same."""

    def __init__(self, pictures: int, training: bool) -> None:
        random = torch.Generator().manual_seed(4)
        self.diary, self.watch = Diary(), DeviceWatch()
        torch.manual_seed(3)
        self.model = DiaryNetwork(self.diary).train(training)
        for _, buffer in self.model.named_buffers():
            if buffer.is_floating_point():
                buffer.add_(torch.rand(buffer.shape, generator=random))
        self.watch.of_the_model(*self.model.parameters())
        images = torch.randn(pictures, 3, 2, 2, generator=random)
        images[0] *= 5  # its logits are the largest of all, so that a maximum over the whole batch finds them
        labels = torch.randint(CLASSES, (pictures,), generator=random)
        self.loader = DiaryLoader(TensorDataset(images, labels), BATCH_SIZE)
        self.loader.diary, self.loader.watch = self.diary, self.watch
        self.criterion = DiaryCriterion(self.diary)
        self.optimizer = DiaryOptimizer(self.model.parameters(), lr=0.2, momentum=0.9)
        self.optimizer.diary = self.diary

    def state(self, kind: str) -> dict[str, Any]:
        tensors = dict(self.model.named_parameters() if kind == "weights" else self.model.named_buffers())
        return {name: digest(tensor) for name, tensor in tensors.items()}


def _train(
    name: str, train_one_epoch: Callable[..., float], pictures: int, epochs: int, training: bool = False
) -> Scenario:
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": name, "facts": facts, "trace": []}
    stage = _Stage(pictures, training)
    try:
        with stage.watch:
            for _ in range(epochs):
                result = train_one_epoch(
                    stage.model, stage.loader, stage.criterion, stage.optimizer, stage.watch.device
                )
        facts["what is returned"] = _type(result)
        facts["mean loss per picture"] = float(result) if isinstance(result, (int, float, Tensor)) else None
    except (Exception, SystemExit) as error:
        facts["runs"], scenario["error"] = error_facts(error, "trains")
    finally:
        switched_off = not torch.is_grad_enabled()
        torch.set_grad_enabled(True)
    diary = stage.diary
    scenario["trace"] = diary.events
    facts["mode and autograd"] = sorted({event for event in diary.events if event.startswith("forward")})
    facts["batches"] = diary.count("batch")
    facts["forward passes"] = diary.count("forward")
    facts["optimizer steps"] = diary.count("step")
    facts["weights afterwards"] = stage.state("weights")
    facts["running statistics afterwards"] = stage.state("buffers")
    facts["graphs kept alive"] = diary.most_graphs > 1
    facts["device"] = stage.watch.verdict()
    facts["autograd left on"] = not switched_off
    facts["weights still ask for gradients"] = all(p.requires_grad for p in stage.model.parameters())
    return scenario


def _test(name: str, evaluate: Callable[..., tuple[float, float]], pictures: int, training: bool) -> Scenario:
    facts: dict[str, Any] = {"runs": "yes"}
    scenario: Scenario = {"scenario": name, "facts": facts, "trace": []}
    stage = _Stage(pictures, training)
    before = {kind: stage.state(kind) for kind in ("weights", "buffers")}
    try:
        with stage.watch:
            result = evaluate(stage.model, stage.loader, stage.criterion, stage.watch.device)
        facts["what is returned"] = [_type(value) for value in result] if _is_sequence(result) else _type(result)
        values = list(result) if _is_sequence(result) else [result]
        for label, value in zip(("first result, the loss", "second result, the accuracy"), values, strict=False):
            facts[label] = float(value) if isinstance(value, (int, float, Tensor)) else None
    except (Exception, SystemExit) as error:
        facts["runs"], scenario["error"] = error_facts(error, "tests")
    finally:
        switched_off = not torch.is_grad_enabled()
        torch.set_grad_enabled(True)
    diary = stage.diary
    scenario["trace"] = diary.events
    facts["mode and autograd"] = sorted({event for event in diary.events if event.startswith("forward")})
    facts["batches"] = diary.count("batch")
    facts["forward passes"] = diary.count("forward")
    facts["weights left alone"] = stage.state("weights") == before["weights"]
    facts["statistics left alone"] = stage.state("buffers") == before["buffers"]
    facts["device"] = stage.watch.verdict()
    facts["autograd left on"] = not switched_off
    facts["weights still ask for gradients"] = all(p.requires_grad for p in stage.model.parameters())
    return scenario


def _type(value: Any) -> str:
    return "float" if isinstance(value, float) else type(value).__name__


def _is_sequence(value: Any) -> bool:
    return isinstance(value, (tuple, list))
