"""The training itself: chapter 7's ``fit``, wrapped with everything that a real run needs."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tutorial_code.ch01_images import ImageData
from tutorial_code.ch07_results import Epoch, fit
from tutorial_code.ch12_machines import mean_over_processes, take_buffers_of_rank_0
from tutorial_code.data.device_loader import Loader
from tutorial_code.data.image_files import skipped_images
from tutorial_code.data.sharded_loader import shard
from tutorial_code.runs import epoch_table, run_files
from tutorial_code.runs.checkpoint import save_checkpoint
from tutorial_code.runs.config import Config
from tutorial_code.runs.console import Console
from tutorial_code.runs.image_facts import facts_of
from tutorial_code.runs.interruption import SaveTimes, StopRequest, TimeLimitReached, Wanted
from tutorial_code.runs.loop_wrappers import (
    LogitsRecorder,
    NonFiniteLossError,
    ResumableLoader,
    WatchedCriterion,
)
from tutorial_code.runs.own_code.components import Components
from tutorial_code.runs.own_code.own_files import naming_own_lines
from tutorial_code.runs.processes import Job
from tutorial_code.runs.reports.report import write_report
from tutorial_code.runs.results import logits_of, results_from, write_results
from tutorial_code.runs.run_record import read_record, summarize
from tutorial_code.runs.training_setup import TrainingSetup
from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.whole_sentences import message_of


class Training:
    """One training and its folder: it saves checkpoints, stops on request, and resumes."""

    def __init__(
        self,
        config: Config,
        folder: Path,
        data: ImageData,
        setup: TrainingSetup,
        pieces: Components,
        save_times: SaveTimes,
        console: Console,
        began: float,
        job: Job,
    ) -> None:
        self.config, self.folder, self.data = config, folder, data
        self.setup, self.pieces = setup, pieces
        self.save_times, self.console, self.job = save_times, console, job
        self.loader = ResumableLoader(setup.train_loader, self._after_batch)
        setup.optimizer.register_step_post_hook(lambda *_: self.loader.end_batch())
        self.criterion = WatchedCriterion(setup.criterion, job)
        self.model = LogitsRecorder(setup.model)
        self.history: list[Epoch] = []
        self.stop_request = StopRequest()
        self.facts = facts_of(data.train_images)
        self.began, self.saved = began, time.monotonic()
        # Of this epoch: when it began, and the seconds before it was interrupted.
        self.epoch_began, self.earlier_seconds = time.perf_counter(), 0.0

    def state_dict(self) -> dict[str, Any]:
        """Return everything that is needed to resume; all processes must call this."""
        seconds = self.earlier_seconds
        if self.loader.batch:
            seconds += time.perf_counter() - self.epoch_began
        setup = self.setup
        return {
            "config": asdict(self.config),
            "model": setup.network.state_dict(),
            "ema": setup.ema.state_dict() if setup.ema else None,
            "optimizer": setup.optimizer.state_dict(),
            "schedule": setup.schedule.state_dict() if setup.schedule else None,
            "history": [list(epoch) for epoch in self.history],
            "progress": {
                "loader": self.loader.state_dict(),
                "loss": self.criterion.state(),
                "seconds": seconds,
            },
            "classes": list(self.data.classes),
            "may_flip": self.data.may_flip,
            **self.facts._asdict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from the point at which ``state_dict`` was called."""
        setup, progress = self.setup, state["progress"]
        setup.network.load_state_dict(state["model"])
        setup.optimizer.load_state_dict(state["optimizer"])
        if setup.ema:
            setup.ema.load_state_dict(state["ema"])
        if setup.schedule:
            setup.schedule.load_state_dict(state["schedule"])
        self.history = [Epoch(*row) for row in state["history"]]
        self.loader.load_state_dict(progress["loader"])
        self.criterion.restore(progress["loss"])
        self.earlier_seconds = progress["seconds"]

    def save(self) -> None:
        """Write a checkpoint, and the metrics of the epochs that are done."""
        state = self.state_dict()
        if self.job.writes:
            save_checkpoint(self.folder / run_files.CHECKPOINT, state)
            rows = [epoch._asdict() for epoch in self.history]
            run_files.write_rows(self.folder / run_files.METRICS, rows)
        self.saved = time.monotonic()

    def run(self, device: torch.device) -> None:
        """Train to the last epoch.

        Raises:
            KeyboardInterrupt: Ctrl-C, after a checkpoint.
            TimeLimitReached: the time limit, after a checkpoint.
            ReaderError: the loss became NaN or infinite, or the network cannot be compiled.
        """
        setup, epochs = self.setup, self.config.epochs
        images = setup.images_per_epoch
        done = len(self.history) * images + self.loader.batch * self.config.batch_size
        if not self.job.from_first((self.folder / run_files.CHECKPOINT).exists):
            self.save()  # a run stopped in its first epoch can be resumed, too
        bar = self.console.bar(epochs * images, done)
        with bar, self.stop_request.catch_sigint(), naming_own_lines():
            self.console.begin_epoch(min(len(self.history) + 1, epochs))
            self.epoch_began = time.perf_counter()
            try:
                fit(
                    self.model,
                    self.loader,
                    setup.test_loader,
                    self.criterion,
                    setup.optimizer,
                    device,
                    epochs,
                    self.history,
                    self._after_epoch,
                    self.pieces.train_one_epoch,
                    self._test_together if self.job.several else self.pieces.evaluate,
                )
            except RuntimeError as error:
                if not type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
                    raise
                raise ReaderError(
                    f"The network cannot be compiled ({message_of(error)}): begin a new run with "
                    "--no-compile."
                ) from error
            except NonFiniteLossError as error:
                raise self._diverged(error) from error

    def _test_together(
        self,
        model: nn.Module,
        loader: Loader,
        criterion: WatchedCriterion,
        device: torch.device,
    ) -> tuple[float, float]:
        """Test the share of this process; return loss and accuracy over all, as ``evaluate``."""
        take_buffers_of_rank_0(self.setup.network)
        if self.setup.ema:
            take_buffers_of_rank_0(self.setup.ema)
        images = len(self._own_test_labels())
        loss, accuracy = 0.0, 0.0
        if images:
            loss, accuracy = self.pieces.evaluate(model, loader, criterion, device)
        return mean_over_processes(float(loss), float(accuracy), images, device)

    def _own_test_labels(self) -> Tensor:
        """Return the labels of the test images that this process tests."""
        labels = self.data.test_labels
        return labels[shard(len(labels), self.job.rank, self.job.processes)]

    def _diverged(self, error: NonFiniteLossError) -> ReaderError:
        steps = len(self.setup.train_loader)
        epoch, batch = divmod(error.step - 1, steps)
        return ReaderError(
            f"Stopped because {error} (epoch {epoch + 1}, batch {batch + 1} of {steps}): try a "
            f"smaller rate in a new run, such as --lr {self.config.lr / 10:g}; what "
            f"{self.folder} holds was saved before that."
        )

    def _after_batch(self, images: int) -> None:
        images, wanted = self._agree(images)
        self.console.advance(images)
        if self.loader.batch == len(self.setup.train_loader):
            self.model.clear()
            return  # the epoch is tested and then saved whole
        if wanted.save or wanted.stop or wanted.late:
            self.save()
        self._stop_if(wanted)

    def _after_epoch(self, history: list[Epoch]) -> None:
        last = history[-1]
        # A reader's loops may return NumPy numbers.
        test_loss, accuracy = float(last.test_loss), float(last.test_accuracy)
        seconds = last.seconds + self.earlier_seconds
        train_loss = self.criterion.end_epoch()
        history[-1] = Epoch(last.epoch, train_loss, test_loss, accuracy, seconds)
        self.history, self.earlier_seconds = list(history), 0.0
        self.save()
        tested_on = self.config.tested_on
        self.console.line(epoch_table.line(epoch_table.row(history[-1]), tested_on))
        if len(history) < self.config.epochs:
            self._stop_if(self._agree(0)[1])
            self.console.begin_epoch(len(history) + 1)
        self.epoch_began = time.perf_counter()

    def _agree(self, images: int) -> tuple[int, Wanted]:
        """Return the images of the batch, and what is to be done after it: the same in all
        processes, because an exit that only one takes would leave the others waiting.

        Anyone may ask to stop; the clock is that of the process that writes.
        """
        now, limit = time.monotonic(), self.save_times.time_limit
        stop = self.stop_request.requested or bool(self.job.terminated)
        late = self.job.writes and limit is not None and now - self.began >= 60 * limit
        save = self.job.writes and now - self.saved >= 60 * self.save_times.save_minutes
        sums = self.job.sum(images, stop, late, save)
        return int(sums[0]), Wanted(*(count > 0 for count in sums[1:]))

    def _stop_if(self, wanted: Wanted) -> None:
        if wanted.stop:
            raise KeyboardInterrupt
        if wanted.late:
            raise TimeLimitReached

    def finish(self, device: torch.device) -> dict[str, Any]:
        """Write results, summary and report, and return the summary; nothing where another process
        writes them.

        The logits are those of the last test. They are computed again if that test ran in another
        process, because the run was resumed after it, or if the reader's loop tests in its own way.
        """
        setup, data = self.setup, self.data
        logits = self.model.logits(len(self._own_test_labels()))
        if logits is None:
            with naming_own_lines():
                logits = logits_of(setup.model, setup.test_loader, device)
        shares = self.job.to_first(logits)
        if not self.job.writes:
            return {}
        write_results(self.folder, results_from(torch.cat(shares), data))
        summary = summarize(
            self.history,
            self.config.tested_on,
            len(data.test_labels),
            setup.images_per_epoch,
            sum(parameter.numel() for parameter in setup.network.parameters()),
        )
        if self.config.skip_unreadable:
            summary["skipped_images"] = skipped_images(data)
        run_files.write_json(self.folder / run_files.SUMMARY, summary)
        write_report(read_record(self.folder), self.folder, data, "html")
        return summary
