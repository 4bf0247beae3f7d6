"""What a long run needs around the chapters' loops, passed in through the loops' own arguments."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader


class NonFiniteLossError(Exception):
    """The loss became NaN or infinite."""

    def __init__(self, step: int, value: float) -> None:
        super().__init__(f"the loss became {value} at step {step}")
        self.step = step


class ReportingLoader:
    """A loader that reports how many pictures each batch had, once the loop has finished with it."""

    def __init__(self, loader: DataLoader, report: Callable[[int], None]) -> None:
        self.loader = loader
        self.report = report

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for images, labels in self.loader:
            yield images, labels
            self.report(len(labels))


class FiniteCriterion(nn.Module):
    """A criterion that stops the training at the first loss that is NaN or infinite.

    Args:
        criterion: the criterion to guard.
        steps_done: training steps before this one, so that a resumed run counts on.
    """

    def __init__(self, criterion: nn.Module, steps_done: int = 0) -> None:
        super().__init__()
        self.criterion = criterion
        self.step = steps_done

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        loss = self.criterion(logits, labels)
        self.step += torch.is_grad_enabled()  # testing runs without gradients, and its batches are no steps
        if not loss.isfinite():
            raise NonFiniteLossError(self.step, loss.item())
        return loss


class Accelerated(nn.Module):
    """A network that computes with channels last in memory, and in bf16 where asked; its logits are float32.

    The layout changes no result but by rounding. It is faster on CPUs and GPUs; on ``mps`` it is left alone.
    """

    def __init__(self, model: nn.Module, precision: str) -> None:
        super().__init__()
        self.model = model
        self.precision = precision

    def forward(self, images: Tensor) -> Tensor:
        if images.device.type != "mps":
            images = images.contiguous(memory_format=torch.channels_last)
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
            logits = self.model(images)
        return logits.float()
