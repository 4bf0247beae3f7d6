"""What a run folder says of a run, and its tables in words."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from tutorial_code.ch07_results import Epoch, standard_error
from tutorial_code.checks.exercises import NAMES


class Recorded(NamedTuple):
    """The small files of a run."""

    config: dict[str, Any]
    environment: dict[str, Any]
    history: list[Epoch]
    summary: dict[str, Any]
    answers: Mapping[str, str] = MappingProxyType(
        {}
    )  # the reader's files that were trained with, by their names

    @property
    def tested_on(self) -> str:
        """``test``, or ``validation`` where training images were held out."""
        return self.summary.get("tested_on", "test")

    def sentence(self) -> str:
        """Return the result in a sentence."""
        tested_on = self.tested_on.capitalize()
        return (
            f"{tested_on} loss {self.summary['test_loss']:.4f}, accuracy "
            f"{self.summary['test_accuracy']:.2f}%, after {self.summary['epochs']} epochs."
        )

    def whose(self) -> str:
        """Return in sentences which parts of the training are the reader's, and which the
        chapters'.
        """
        own = self.config.get("mine", ())
        others = [name for name in NAMES if name not in own]
        sentence = f"Written by the reader: {', '.join(own)}."
        return f"{sentence} The chapters' own: {', '.join(others)}." if others else sentence

    def epoch_rows(self) -> list[tuple[str, ...]]:
        """Return a head and a row for each epoch."""
        head = (
            "epoch",
            "training loss",
            f"{self.tested_on} loss",
            f"{self.tested_on} accuracy",
            "seconds",
        )
        rows = [
            (
                str(e.epoch),
                f"{e.train_loss:.4f}",
                f"{e.test_loss:.4f}",
                f"{e.test_accuracy:.2f}%",
                f"{e.seconds:.1f}",
            )
            for e in self.history
        ]
        return [head, *rows]

    def detail_rows(self) -> list[tuple[str, ...]]:
        """Return a head and a row for each setting and each fact of the machine."""
        speed = f"{self.summary['images_per_second']:.0f}"
        config = {
            name: ", ".join(value) if isinstance(value, list) else value
            for name, value in self.config.items()
        }
        facts = {
            **config,
            **self.environment,
            "parameters": f"{self.summary['parameters']:,}",
            "images/s": speed,
        }
        return [
            ("what", "value"),
            *((name, str(value)) for name, value in facts.items() if value not in (None, "")),
        ]

    def markdown_table(self) -> str:
        """Return the epochs as a Markdown table."""
        head, *rows = self.epoch_rows()
        rule = ("---",) * len(head)
        return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def summarise(
    history: Sequence[Epoch], tested_on: str, tested: int, images_per_epoch: int, parameters: int
) -> dict[str, Any]:
    """Return the result of a run as it stands in ``summary.json``.

    Args:
        history: all epochs.
        tested_on: ``test`` or ``validation``.
        tested: how many images that is.
        images_per_epoch: how many were trained on.
        parameters: of the network.
    """
    last = history[-1]
    seconds = sum(epoch.seconds for epoch in history)
    return {
        "test_loss": last.test_loss,
        "test_accuracy": last.test_accuracy,
        "standard_error": standard_error(last.test_accuracy, tested),
        "tested_on": tested_on,
        "train_loss": last.train_loss,
        "epochs": len(history),
        "seconds": seconds,
        "images_per_second": len(history) * images_per_epoch / seconds,
        "parameters": parameters,
    }
