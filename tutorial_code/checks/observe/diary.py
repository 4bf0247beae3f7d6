"""What a loop is given when it is observed: a network, batches, a criterion and an optimizer that
keep a diary.

Nothing in it depends on how the answer is written, only on what it does: the mode, autograd on or
off, each step, and the weights afterwards.
"""

import contextlib
import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tutorial_code.checks.observe.devices import DeviceWatch
from tutorial_code.checks.observe.facts import Fact, Scenario, digest


class Diary:
    """What happened, in order, and how often."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.batches: list[dict[str, Any]] = []  # the network's results for each
        self.steps: list[dict[str, float]] = []  # the gradients and the rate of each step
        self.graphs: weakref.WeakSet = weakref.WeakSet()
        self.most_graphs = 0

    def __deepcopy__(self, memory: dict) -> "Diary":
        return self  # a copy of the network writes into the same diary

    def note(self, event: str) -> None:
        self.events.append(event)

    def count(self, event: str) -> int:
        return sum(entry.startswith(event) for entry in self.events)


class _Mark:
    """Lives as long as the graph that holds it."""


class _Marked(torch.autograd.Function):
    """The identity; its node in the graph holds a mark, and records when backward passes."""

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
    """A small network with the parts of a real one: images (batch, 3, 2, 2) to logits (batch,
    classes).
    """

    def __init__(self, diary: Diary, classes: int) -> None:
        super().__init__()
        self.diary = diary
        conv, norm = nn.Conv2d(3, 4, kernel_size=1, bias=False), nn.BatchNorm2d(4)
        self.body = nn.Sequential(conv, norm, nn.ReLU(), nn.Flatten(), nn.Linear(16, classes))

    def forward(self, x: Tensor) -> Tensor:
        if len(self.diary.graphs) > 1 and self.diary.most_graphs < 2:
            gc.collect()  # a graph in a reference cycle does not count as kept
        self.diary.most_graphs = max(self.diary.most_graphs, len(self.diary.graphs))
        modes = {module.training for module in self.modules()}
        mode = "mixed" if len(modes) > 1 else "training" if modes.pop() else "evaluation"
        self.diary.note(
            f"forward in {mode} mode, autograd {'on' if torch.is_grad_enabled() else 'off'}"
        )
        return _Marked.apply(self.body(x), self.diary)


class DiaryCriterion(nn.CrossEntropyLoss):
    """A cross-entropy with label smoothing, so that a plain one in its place is noticed."""

    def __init__(self, diary: Diary) -> None:
        super().__init__(label_smoothing=0.2)
        self.diary = diary

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        self.diary.note("loss")
        loss = super().forward(logits, labels)
        with torch.no_grad(), contextlib.suppress(Exception):  # its arguments may be anything
            self.diary.batches.append(_measured(logits, labels, loss))
        return loss

    def settings(self) -> tuple:
        """Return the settings that decide its value."""
        return self.reduction, self.label_smoothing, self.ignore_index, self.weight


def _measured(logits: Tensor, labels: Tensor, loss: Tensor) -> dict[str, Any]:
    """Return the quantities that wrong sums are made from."""
    guesses = logits.argmax(dim=1)
    return {
        "images": len(labels),
        "loss": loss.item(),
        "hits": int((guesses == labels).sum()),
        "pairs": int((guesses[:, None] == labels).sum()),  # each guess compared with each label
        "hits in a byte": int((guesses == labels.to(torch.uint8)).sum()),
        "labels": labels.bincount(minlength=logits.shape[1]).tolist(),
        "hits by class": labels[guesses == labels].bincount(minlength=logits.shape[1]).tolist(),
    }


class DiaryOptimizer(torch.optim.SGD):
    """SGD with momentum that records its steps."""

    diary: Diary

    def zero_grad(self, set_to_none: bool = True) -> None:
        if hasattr(self, "diary"):
            self.diary.note("zero_grad")
        super().zero_grad(set_to_none)

    def step(self, closure: Any = None) -> Any:
        self.diary.note("step")
        gradients = [
            p.grad.norm()
            for group in self.param_groups
            for p in group["params"]
            if p.grad is not None
        ]
        norm = torch.stack(gradients).norm().item() if gradients else 0.0
        self.diary.steps.append({"gradient": norm, "rate": float(self.param_groups[0]["lr"])})
        return super().step(closure)

    def settings(self) -> list[dict[str, Any]]:
        """Return the settings that decide its steps, for each group of parameters."""
        return [
            {key: value for key, value in group.items() if key != "params"}
            for group in self.param_groups
        ]


class DiaryLoader(DataLoader):
    """Batches in a fixed order, each recorded when it is taken."""

    diary: Diary
    watch: DeviceWatch

    # DataLoader promises an iterator of its own, and loops need none.
    def __iter__(self) -> Iterator[list[Tensor]]:  # type: ignore[override]
        for number, (images, labels) in enumerate(super().__iter__(), start=1):
            self.diary.note(f"batch {number}")
            self.watch.on_the_cpu(images, labels)
            yield [images, labels]


class LoopFixture:
    """Everything that a loop is given, newly made and always the same."""

    def __init__(
        self,
        training: bool,  # the mode that the model is in at first
        images: int = 11,
        batch_size: int = 4,
        drop_last: bool = False,
        classes: int = 3,
        labels: str = "any",  # or "nearly all right", or "one class is missing"
        lr: float = 0.2,
        moves_only: bool = False,
        nan: bool = False,  # whether an image is not a number
    ) -> None:
        random = torch.Generator().manual_seed(4)
        self.diary, self.watch = Diary(), DeviceWatch(moves_only)
        self.model = DiaryNetwork(self.diary, classes).train(training)
        with torch.no_grad():
            for name, tensor in (*self.model.named_parameters(), *self.model.named_buffers()):
                if tensor.is_floating_point():
                    values = torch.rand(tensor.shape, generator=random)
                    tensor.copy_(
                        values - 0.5
                        if name.endswith(("0.weight", "4.weight", "bias"))
                        else values + 0.5
                    )
        pixels = torch.randn(images, 3, 2, 2, generator=random)
        # Its logits are the largest of all, so that a maximum over the whole batch finds them.
        pixels[0] *= 5
        classes_of = self._labels(labels, pixels, classes, random)
        self.model.train(training)
        if nan:
            pixels[batch_size] = torch.nan  # the first image of the second batch
        self.watch.of_the_model(*self.model.parameters(), *self.model.buffers())
        self.loader = DiaryLoader(
            TensorDataset(pixels, classes_of), batch_size, drop_last=drop_last
        )
        self.loader.diary, self.loader.watch = self.diary, self.watch
        self.criterion = DiaryCriterion(self.diary)
        self.optimizer = DiaryOptimizer(self.model.parameters(), lr=lr, momentum=0.9)
        self.optimizer.diary = self.diary
        self.settings = self.optimizer.settings()

    def _labels(self, which: str, images: Tensor, classes: int, random: torch.Generator) -> Tensor:
        labels = torch.randint(classes, (len(images),), generator=random)
        if which == "one class is missing":
            return labels.clamp(max=classes - 2)
        if which == "nearly all right":
            with torch.no_grad():
                labels = self.model.eval().body(images).argmax(dim=1)
            labels[::60] = (labels[::60] + 1) % classes
        return labels

    def train(self, train_one_epoch: Callable[..., float]) -> Any:
        with self.watch:
            return train_one_epoch(
                self.model, self.loader, self.criterion, self.optimizer, self.watch.device
            )

    def test(self, evaluate: Callable[..., tuple[float, float]]) -> Any:
        with self.watch:
            return evaluate(self.model, self.loader, self.criterion, self.watch.device)

    def state(self, kind: str) -> dict[str, Any]:
        tensors = dict(
            self.model.named_parameters() if kind == "weights" else self.model.named_buffers()
        )
        return {name: digest(tensor) for name, tensor in tensors.items()}

    def facts(self) -> dict[str, Any]:
        """Return the facts that training and testing have in common."""
        diary = self.diary
        return {
            Fact.MODES: sorted({event for event in diary.events if event.startswith("forward")}),
            Fact.BATCHES: diary.count("batch"),
            Fact.FORWARD_PASSES: diary.count("forward"),
            Fact.DEVICE: self.watch.verdict(),
            Fact.CRITERION_UNCHANGED: self.criterion.settings() == DiaryCriterion(diary).settings(),
            Fact.STILL_TRAINABLE: all(p.requires_grad for p in self.model.parameters()),
        }

    def explain(self, scenario: Scenario) -> None:
        """Add what helps to explain the facts of a scenario."""
        scenario["trace"] = self.diary.events
        scenario["batches"] = self.diary.batches
        scenario["steps"] = self.diary.steps
