"""What the files in a run's folder say about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from tutorial_code.ch07_results import Epoch, standard_error
from tutorial_code.runs import epoch_table, run_files
from tutorial_code.runs.config import Config
from tutorial_code.runs.older_versions import read_config, upgrade_answer
from tutorial_code.runs.own_code.components import pieces_of
from tutorial_code.shared.errors import ReaderError


class RunRecord(NamedTuple):
    """The small files of a finished run."""

    config: Config
    environment: dict[str, Any]
    history: list[Epoch]
    summary: dict[str, Any]
    answers: Mapping[str, str]  # the reader's files that the run was trained with, by name

    @property
    def tested_on(self) -> str:
        """``test``, or ``validation`` where training images were held out."""
        return self.config.tested_on

    @property
    def accuracy(self) -> str:
        """The accuracy, with its standard error, which version 0.1.0 did not write."""
        accuracy = f"{self.summary['test_accuracy']:.2f}%"
        error = self.summary.get("standard_error")
        return accuracy if error is None else f"{accuracy} ± {error:.2f}"

    def sentence(self) -> str:
        """Return the result in a sentence."""
        tested_on = self.tested_on.capitalize()
        sentence = (
            f"{tested_on} loss {self.summary['test_loss']:.4f}, accuracy {self.accuracy}, "
            f"after {self.summary['epochs']} epochs."
        )
        skipped = self.summary.get("skipped_images", 0)
        return sentence + (f" Images left out as unreadable: {skipped:,}." if skipped else "")

    def whose(self) -> str:
        """Return in sentences which parts are the reader's, and which are the chapters'."""
        own = self.config.mine
        others = [name for name in pieces_of(self.config.model) if name not in own]
        sentence = f"Written by the reader: {', '.join(own)}."
        return f"{sentence} The chapters' own: {', '.join(others)}." if others else sentence

    def epoch_rows(self) -> list[epoch_table.Row]:
        """Return a header row and a row for each epoch."""
        return [epoch_table.head(self.tested_on), *map(epoch_table.row, self.history)]

    def detail_rows(self) -> list[epoch_table.Row]:
        """Return a header row and a row for each setting and each fact about the machine."""
        facts = {
            **asdict(self.config),
            **self.environment,
            "parameters": f"{self.summary['parameters']:,}",
            "images/s": f"{self.summary['images_per_second']:.0f}",
            "images left out": self.summary.get("skipped_images"),
        }
        shown = {
            name: ", ".join(value) if isinstance(value, (list, tuple)) else str(value)
            for name, value in facts.items()
            if value is not None
        }
        return [("what", "value"), *((name, value) for name, value in shown.items() if value)]


def read_record(folder: Path) -> RunRecord:
    """Read the record of a finished run from its folder.

    Raises:
        ReaderError: the run has not finished, or a file is missing or damaged.
    """
    try:
        config, environment, summary = (
            json.loads((folder / name).read_text(encoding="utf-8"))
            for name in (run_files.CONFIG, run_files.ENVIRONMENT, run_files.SUMMARY)
        )
        lines = (folder / run_files.METRICS).read_text(encoding="utf-8").splitlines()
        history = [Epoch(**json.loads(line)) for line in lines]
        paths = sorted((folder / run_files.ANSWERS).glob("*.py")) if config.get("mine") else []
        answers = [upgrade_answer(path.name, path.read_text(encoding="utf-8")) for path in paths]
        return RunRecord(read_config(config), environment, history, summary, dict(answers))
    except FileNotFoundError as error:
        raise ReaderError(
            f"{folder} holds no finished run (no {Path(error.filename).name}): train first, or "
            "finish it with --resume."
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ReaderError(
            f"A file of {folder} is damaged ({error}): train again in a new folder."
        ) from error


def summarize(
    history: Sequence[Epoch], tested_on: str, tested: int, images_per_epoch: int, parameters: int
) -> dict[str, Any]:
    """Return the result of a run as ``summary.json`` holds it.

    Args:
        history: all epochs.
        tested_on: ``test`` or ``validation``.
        tested: the number of images tested on.
        images_per_epoch: the number of images trained on.
        parameters: the number of the network's parameters.
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
