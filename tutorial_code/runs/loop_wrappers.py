"""What a long run needs around the chapters' loops, passed in through the loops' own arguments."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from tutorial_code.ch12_machines import weight_by_share
from tutorial_code.runs.processes import ALONE, Job


class NonFiniteLossError(Exception):
    """The loss became NaN or infinite."""

    def __init__(self, step: int, value: float) -> None:
        super().__init__(f"the loss became {value} at step {step}")
        self.step = step


class ResumableLoader:
    """A loader that counts the batches that were trained on, and that can resume within an epoch.

    A batch counts when ``end_batch`` is called, after the optimizer's step on it: a loop may draw a
    batch long before that, and need not ask for the end of the last one. On resume the batches
    already trained on are drawn and discarded, so that all random numbers come as they would have;
    a loader that can begin there, by ``iterate_from``, need not draw them.
    In every other respect it behaves like the loader that it wraps.

    Args:
        loader: a loader whose attribute ``generator`` decides the order of its images.
        after_batch: called with the number of images of the batch.
    """

    def __init__(self, loader: Any, after_batch: Callable[[int], None]) -> None:
        self.loader = loader
        self.after_batch = after_batch
        self.batch = 0  # batches of this epoch that are done
        self._left_out = 0  # of them, those that were done before the epoch was resumed
        self._sizes: deque[int] = deque()  # of the batches that were drawn and are not done yet
        self._order = loader.generator.get_state()  # at the start of this epoch
        # torch's own random state after the batches that are left out
        self._random: Tensor | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # Python's special methods are not passed on to the loader
        return getattr(self.loader, name)  # dataset, batch_size, …: whatever a loop may ask for

    def __len__(self) -> int:
        return len(self.loader) - self._left_out

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        self._order = self.loader.generator.get_state()
        self._sizes.clear()
        if self._left_out and hasattr(self.loader, "iterate_from"):
            batches = self.loader.iterate_from(self._left_out)
        else:
            batches = iter(self.loader)
            for _ in range(self._left_out):
                next(batches)
        if self._random is not None:
            torch.set_rng_state(self._random)
            self._random = None
        for images, labels in batches:
            self._sizes.append(len(labels))
            yield images, labels

    def end_batch(self) -> None:
        """Count the oldest batch that was drawn and is not done yet."""
        self.batch += 1
        self.after_batch(self._sizes.popleft())
        if self.batch == len(self.loader):
            self.batch = self._left_out = 0

    def state_dict(self) -> dict[str, Any]:
        """Return the loader's position, and the state of all random numbers there."""
        order = self._order if self.batch else self.loader.generator.get_state()
        random = torch.get_rng_state() if self._random is None else self._random
        return {"batch": self.batch, "order": order, "random": random}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from the point at which ``state_dict`` was called."""
        self.batch, self._order, self._random = state["batch"], state["order"], state["random"]
        self._left_out = self.batch
        self.loader.generator.set_state(self._order)


class WatchedCriterion(nn.Module):
    """A criterion that stops at the first loss that is NaN or infinite, and sums up an epoch.

    It sums as the training loop does, so that an interrupted epoch, too, gets the mean loss of all
    its images. Of several processes each has its own sum, and gives the loop a loss that is
    weighted by its share of the images.
    """

    def __init__(self, criterion: Callable[[Tensor, Tensor], Tensor], job: Job = ALONE) -> None:
        super().__init__()
        self.criterion = criterion
        self.job = job
        self.step = 0  # training steps, from the start of the run
        self.total: Tensor | float = 0.0
        self.images = 0

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        training = logits.requires_grad  # testing runs without gradients: its batches are not steps
        # A test may switch gradients off for the model but not for the criterion.
        with torch.set_grad_enabled(training):
            # The mean over no images is not a number.
            loss = self.criterion(logits, labels) if len(labels) else logits.sum()
        self.step += training
        if not loss.isfinite():
            raise NonFiniteLossError(self.step, loss.item())
        if training:
            self.total = self.total + loss.detach() * len(labels)
            self.images += len(labels)
            return weight_by_share(loss, len(labels))
        return loss

    def end_epoch(self) -> float:
        """Return the mean loss per image of the epoch, and begin the next epoch."""
        total, images = self.job.sum(float(self.total), self.images)
        mean = total / images
        self.total, self.images = 0.0, 0
        return mean

    def state(self) -> dict[str, Any]:
        """Return what ``restore`` takes, in any number of processes."""
        total, images = self.job.sum(float(self.total), self.images)
        return {"step": self.step, "total": total, "images": int(images)}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from the point at which ``state`` was called."""
        self.step = state["step"]
        if self.job.writes:  # the sums of all processes are kept by one of them
            self.images, self.total = state["images"], torch.tensor(state["total"])


class LogitsRecorder(nn.Module):
    """A network that keeps the logits of the last test, so that they need not be computed again.

    Args:
        model: the network as the loops call it.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self._batches: list[Tensor] = []

    def forward(self, images: Tensor) -> Tensor:
        logits = self.model(images)
        if not self.training:
            self._batches.append(logits.detach())
        return logits

    def clear(self) -> None:
        """Forget what was kept: another test begins."""
        self._batches.clear()

    def logits(self, count: int) -> Tensor | None:
        """Return the logits of the last test on the CPU, (count, classes).

        None if the test did not give one row for each of ``count`` images: the reader's own loop
        may call the network any number of times.
        """
        rows = torch.cat(self._batches).cpu() if self._batches else torch.empty(0)
        return rows if len(rows) == count else None
