"""The main job: chapter 7's ``fit`` with everything that a real run needs put around it."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from tutorial_code.ch01_images import ImageData, channel_statistics, load_dataset
from tutorial_code.ch07_results import Epoch, fit
from tutorial_code.runs import run_files
from tutorial_code.runs.checkpoint import save_checkpoint
from tutorial_code.runs.config import Config
from tutorial_code.runs.console import Console, head_of, row_of
from tutorial_code.runs.environment import describe_environment
from tutorial_code.runs.hardware import choose_compile, choose_device, choose_precision
from tutorial_code.runs.interruption import SaveTimes, StopRequest, TimeLimitReached
from tutorial_code.runs.loop_wrappers import NonFiniteLossError, ResumableLoader, WatchedCriterion
from tutorial_code.runs.own_code.components import (
    Components,
    components_of,
    naming_own_lines,
    whose,
)
from tutorial_code.runs.own_code.own_network import blocks_not_found
from tutorial_code.runs.reports.report import write_report
from tutorial_code.runs.resume import refuse_other_data, saved_state
from tutorial_code.runs.run_record import summarise
from tutorial_code.runs.trained_run import judge_run, write_results
from tutorial_code.runs.training_setup import TrainingSetup, build, use_validation_split
from tutorial_code.runs.unusual_images import brightness_statistics
from tutorial_code.shared.errors import ReaderError


class Training:
    """One training with its folder: it saves, it stops, and it goes on from what was saved."""

    def __init__(
        self,
        config: Config,
        folder: Path,
        data: ImageData,
        parts: TrainingSetup,
        pieces: Components,
        save_times: SaveTimes,
        console: Console,
        began: float,
    ) -> None:
        self.config, self.folder, self.data, self.parts, self.pieces = (
            config,
            folder,
            data,
            parts,
            pieces,
        )
        self.save_times, self.console = save_times, console
        self.loader = ResumableLoader(parts.train_loader, self._after_batch)
        parts.optimizer.register_step_post_hook(lambda *_: self.loader.end_batch())
        self.criterion = WatchedCriterion(parts.criterion)
        self.history: list[Epoch] = []
        self.interrupt = StopRequest()
        self.statistics = channel_statistics(data.train_images)
        self.brightness = brightness_statistics(data.train_images)
        self.began, self.saved = began, time.monotonic()
        self.epoch_began, self.earlier_seconds = (
            time.perf_counter(),
            0.0,
        )  # of this epoch, before it was interrupted

    def state_dict(self) -> dict[str, Any]:
        """Return everything that going on needs."""
        seconds = (
            self.earlier_seconds + time.perf_counter() - self.epoch_began
            if self.loader.batch
            else 0.0
        )
        mean, std = self.statistics
        parts = self.parts
        return {
            "config": asdict(self.config),
            "model": parts.network.state_dict(),
            "average": parts.average.state_dict() if parts.average else None,
            "optimizer": parts.optimizer.state_dict(),
            "schedule": parts.schedule.state_dict() if parts.schedule else None,
            "history": [list(epoch) for epoch in self.history],
            "progress": {
                "loader": self.loader.state_dict(),
                "loss": self.criterion.state(),
                "seconds": seconds,
            },
            "classes": list(self.data.classes),
            "mean": mean,
            "std": std,
            "may_flip": self.data.may_flip,
            "brightness": self.brightness,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state_dict`` was called."""
        parts, progress = self.parts, state["progress"]
        parts.network.load_state_dict(state["model"])
        parts.optimizer.load_state_dict(state["optimizer"])
        if parts.average:
            parts.average.load_state_dict(state["average"])
        if parts.schedule:
            parts.schedule.load_state_dict(state["schedule"])
        self.history = [Epoch(*row) for row in state["history"]]
        self.loader.load_state_dict(progress["loader"])
        self.criterion.restore(progress["loss"])
        self.earlier_seconds = progress["seconds"]

    def save(self) -> None:
        """Write a checkpoint, and the metrics of the epochs that are done."""
        save_checkpoint(self.folder / run_files.CHECKPOINT, self.state_dict())
        run_files.write_metrics(
            self.folder / run_files.METRICS, [epoch._asdict() for epoch in self.history]
        )
        self.saved = time.monotonic()

    def run(self, device: torch.device) -> None:
        """Train to the last epoch.

        Raises:
            TimeLimitReached: Ctrl-C or the time limit, after a checkpoint.
            ReaderError: the loss became NaN or infinite, or the network cannot be compiled.
        """
        steps, epochs = len(self.parts.train_loader), self.config.epochs
        images = self.parts.images_per_epoch
        done = len(self.history) * images + self.loader.batch * self.config.batch_size
        if not (self.folder / run_files.CHECKPOINT).exists():
            self.save()  # whoever stops during the first epoch can resume, too
        with (
            self.console.bar(epochs * images, done),
            self.interrupt.catch_sigint(),
            naming_own_lines(),
        ):
            self.console.begin_epoch(min(len(self.history) + 1, epochs))
            self.epoch_began = time.perf_counter()
            try:
                fit(
                    self.parts.model,
                    self.loader,
                    self.parts.test_loader,
                    self.criterion,
                    self.parts.optimizer,
                    device,
                    epochs,
                    self.history,
                    self._after_epoch,
                    self.pieces.train_one_epoch,
                    self.pieces.evaluate,
                )
            except RuntimeError as error:
                if not type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
                    raise
                what = str(error).strip().partition("\n")[0]
                raise ReaderError(
                    f"The network cannot be compiled ({what}): begin a new run with --no-compile."
                ) from error
            except NonFiniteLossError as error:
                epoch, batch = divmod(error.step - 1, steps)
                raise ReaderError(
                    f"Stopped because {error} (epoch {epoch + 1}, batch {batch + 1} of {steps}): "
                    f"try a smaller rate in a new run, such as --lr {self.config.lr / 10:g}; what "
                    f"{self.folder} holds was saved before that."
                ) from error

    def _after_batch(self, images: int) -> None:
        self.console.advance(images)
        if self.loader.batch == len(self.parts.train_loader):
            return  # the epoch is tested and then saved whole
        minutes = (time.monotonic() - self.saved) / 60
        stop = self._must_stop()
        if stop or minutes >= self.save_times.save_minutes:
            self.save()
        if stop:
            self._stop()

    def _after_epoch(self, history: list[Epoch]) -> None:
        last = history[-1]
        test_loss, accuracy = (
            float(last.test_loss),
            float(last.test_accuracy),
        )  # a reader's may be of NumPy
        seconds = last.seconds + self.earlier_seconds
        history[-1] = Epoch(last.epoch, self.criterion.end_epoch(), test_loss, accuracy, seconds)
        self.history, self.earlier_seconds = list(history), 0.0
        self.save()
        self.console.line(row_of(history[-1]))
        if len(history) < self.config.epochs:
            if self._must_stop():
                self._stop()
            self.console.begin_epoch(len(history) + 1)
        self.epoch_began = time.perf_counter()

    def _must_stop(self) -> bool:
        limit = self.save_times.time_limit
        return self.interrupt.requested or (
            limit is not None and time.monotonic() - self.began >= 60 * limit
        )

    def _stop(self) -> None:
        raise KeyboardInterrupt if self.interrupt.requested else TimeLimitReached


def train(
    config: Config,
    folder: Path,
    resume: bool,
    console: Console,
    save_times: SaveTimes,
    answers: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Train as configured, write the run folder, and return its summary.

    Args:
        config: of a new run, or that of the run in ``folder`` when it is resumed.
        folder: where the run is written.
        resume: go on after what was saved there last.
        console: where progress is shown.
        save_times: when to save and when to stop.
        answers: the reader's files that a new run is trained with, by their names; the run keeps
            them.

    Raises:
        ReaderError: data, device or folder are not fit for it, or the loss became NaN or infinite.
        TimeLimitReached: the time limit was reached; everything is saved.
    """
    began = time.monotonic()
    device, device_reason = choose_device(config.device)
    precision, precision_reason = choose_precision(config.precision, device)
    compiled, compile_reason = choose_compile(config.compile, device)
    data = load_dataset(config.data, mirror=config.mirror)
    if config.val_size:
        data = use_validation_split(data, config.val_size, config.seed)
    if len(data.train_labels) < 2:
        raise ReaderError(f"{config.data} has a single training image: BatchNorm needs at least 2.")
    saved = saved_state(folder, config) if resume else None
    if not resume:
        run_files.begin(folder, config, answers)
    environment = {**describe_environment(device), "precision": precision, "compiled": compiled}
    run_files.write_json(folder / run_files.ENVIRONMENT, environment)
    console.line(f"run        {folder}")
    for owner, names in whose(config.mine).items():
        console.line(f"{owner:<10} {', '.join(names)}")
    console.line(
        f"data       {config.data}: {len(data.train_labels):,} to train, "
        f"{len(data.test_labels):,} to test"
    )
    console.line(f"device     {device.type} ({device_reason})")
    console.line(f"precision  {precision} ({precision_reason})")
    if config.compile:
        console.line(f"compile    {'yes' if compiled else 'no'} ({compile_reason})")

    try:
        pieces = components_of(folder, config.mine)
        with naming_own_lines():
            parts = build(config, data, device, pieces=pieces)
    except ReaderError:
        if not resume:
            run_files.withdraw(folder)
        raise
    if pieces.own_network and (note := blocks_not_found(config, parts.network)):
        console.line(f"blocks     {note}")
    training = Training(config, folder, data, parts, pieces, save_times, console, began)
    if saved:
        refuse_other_data(saved, folder, config.data, training.statistics, data.classes)
        training.load_state_dict(saved)
        batch = training.loader.batch
        place = f"epoch {len(training.history)}" + (f" and {batch} batches" if batch else "")
        console.line(f"resumed    after {place} of {config.epochs}")
    console.line(head_of(config.tested_on))
    for epoch in training.history:
        console.line(row_of(epoch))
    training.run(device)

    results = judge_run(parts.model, data, parts.test_loader, device)
    write_results(folder, results)
    parameters = sum(parameter.numel() for parameter in parts.network.parameters())
    tested = len(data.test_labels)
    summary = summarise(
        training.history, config.tested_on, tested, parts.images_per_epoch, parameters
    )
    run_files.write_json(folder / run_files.SUMMARY, summary)
    write_report(folder, results, "html", folder / run_files.REPORT)
    return summary
