"""What ``resnet50 train`` does with its options: begin a training, or resume one."""

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from tutorial_code.ch01_images import ImageData
from tutorial_code.data.image_files import skipped_images
from tutorial_code.runs import epoch_table, run_files
from tutorial_code.runs.chosen_images import load_data
from tutorial_code.runs.config import Config
from tutorial_code.runs.console import Console, open_terminal
from tutorial_code.runs.hardware import Hardware, choose_hardware
from tutorial_code.runs.interruption import SaveTimes, TimeLimitReached
from tutorial_code.runs.own_code.components import whose
from tutorial_code.runs.own_code.own_files import components_of, naming_own_lines
from tutorial_code.runs.own_code.own_network import blocks_not_found
from tutorial_code.runs.processes import ALONE, Job, join, refuse_unfit
from tutorial_code.runs.recipes import configure
from tutorial_code.runs.resume import configuration_to_resume, refuse_other_data, saved_state
from tutorial_code.runs.trained_run import result_line
from tutorial_code.runs.training import Training
from tutorial_code.runs.training_setup import build
from tutorial_code.shared.errors import ReaderError


def start(
    given: Mapping[str, Any],
    output: Path | None,
    resume: bool,
    quiet: bool,
    save_times: Mapping[str, float],
) -> int:
    """Train, print the result, and return the exit code.

    Args:
        given: the options of the configuration that were given.
        output: the run's folder.
        resume: continue the run in ``output``, or the newest one.
        quiet: print only the result.
        save_times: the options of ``SaveTimes`` that were given, in minutes.
    """
    for name, minutes in save_times.items():
        if not minutes >= 0 or (name == "time_limit" and minutes == 0):
            raise ReaderError(
                f"--{name.replace('_', '-')} must be a positive number of minutes, not {minutes}."
            )
    if not resume:
        configure(_without_mine(given))  # what is wrong with it, each process says for itself
    with join() as job:
        console = open_terminal(quiet or not job.writes)
        chosen = job.from_first(lambda: _choose(given, output, resume, console))
        return _train(chosen, resume, console, SaveTimes(**save_times), job)


class _Chosen(NamedTuple):
    config: Config
    folder: Path
    answers: dict[str, str]  # the reader's files that a new run is trained with


def _without_mine(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "mine"}


def _choose(
    given: Mapping[str, Any], output: Path | None, resume: bool, console: Console
) -> _Chosen:
    options = _without_mine(given)
    if not resume:
        config = configure(options)
        folder = output or run_files.next_folder(config.data)
        if given.get("mine"):
            config, answers = _with_mine(config, console)
            return _Chosen(config, folder, answers)
        return _Chosen(config, folder, {})
    folder = output or run_files.newest_folder()
    config = configuration_to_resume(folder, options)
    if given.get("mine") and not config.mine:
        raise ReaderError(
            f"The run in {folder} was begun without --mine: leave --mine out, or begin a new run."
        )
    return _Chosen(config, folder, {})


def _train(chosen: _Chosen, resume: bool, console: Console, save_times: SaveTimes, job: Job) -> int:
    """Train, print the result, and return the exit code."""
    config, folder, answers = chosen
    on = f"continue with  {job.command} train --resume --output {folder}"
    try:
        summary = train(config, folder, resume, console, save_times, answers, job)
    except KeyboardInterrupt:
        saved = (folder / run_files.CHECKPOINT).exists()
        what = f" Everything up to the last checkpoint is saved: {on}" if saved else ""
        if job.writes:
            print(f"\nStopped.{what}", file=sys.stderr, flush=True)
        return 130
    except TimeLimitReached:
        if job.writes:
            print(f"Stopped at the time limit, and saved: {on}")
        return 0
    if not job.writes:
        return 0
    values = (summary[key] for key in ("test_loss", "test_accuracy", "standard_error", "tested_on"))
    print(result_line(*values))
    print(f"report     {folder / run_files.REPORT}")
    return 0


def _with_mine(config: Config, console: Console) -> tuple[Config, dict[str, str]]:
    """Return the configuration with the reader's pieces that pass, and the files that hold them."""
    try:
        from tutorial_code.runs.own_code.selection import choose
    except ModuleNotFoundError as error:
        raise ReaderError(
            f"--mine needs {error.name}, which is not installed: pip install it."
        ) from error
    console.line("checking   your answers in exercises/")
    chosen = choose(config.model)
    for remark in chosen.remarks:
        console.line(remark)
    names = chosen.names
    if config.label_smoothing and "make_criterion" in names:
        console.line(
            "training   --label-smoothing has a loss of its own, so your make_criterion is not used"
        )
        names = tuple(name for name in names if name != "make_criterion")
    return replace(config, mine=names), chosen.answers


def train(
    config: Config,
    folder: Path,
    resume: bool,
    console: Console,
    save_times: SaveTimes,
    answers: Mapping[str, str] = MappingProxyType({}),
    job: Job = ALONE,
) -> dict[str, Any]:
    """Train as configured, write the run folder, and return its summary.

    Args:
        config: the configuration of a new run, or of the run in ``folder`` if it is resumed.
        folder: where the run is written.
        resume: continue from the state that was saved there last.
        console: where progress is shown.
        save_times: when to save and when to stop.
        answers: the reader's files that a new run is trained with, by their names.
        job: the processes that train it together; the one that writes returns the summary.

    Raises:
        ReaderError: data, device or folder cannot be used, or the loss became NaN or infinite.
        TimeLimitReached: the time limit was reached; everything is saved.
    """
    began = time.monotonic()
    hardware = choose_hardware(config)
    refuse_unfit(job, config.batch_size, hardware.device, config.cuda_graphs)
    with job.one_first():
        data = load_data(config)
    if len(data.train_labels) < 2:
        raise ReaderError(
            f"{config.data} has fewer than two training images, and BatchNorm needs two: add some."
        )

    def open_folder() -> dict[str, Any] | None:
        saved = saved_state(folder, config) if resume else None
        if not resume:
            run_files.begin(folder, config, answers)
        described = hardware.describe(job.processes)
        run_files.write_json(folder / run_files.ENVIRONMENT, described)
        return saved

    saved = job.from_first(open_folder)
    for line in _head(config, folder, data, hardware, job):
        console.line(line)
    try:
        pieces = components_of(folder, config.mine)
        with naming_own_lines():
            setup = build(config, data, hardware, pieces, begins=saved is None, job=job)
    except ReaderError:
        if job.writes and not resume:
            run_files.remove_new_run(folder)
        raise
    if pieces.own_network and (note := blocks_not_found(config, setup.network)):
        console.line(f"blocks     {note}")
    training = Training(config, folder, data, setup, pieces, save_times, console, began, job)
    if saved:
        refuse_other_data(saved, folder, config.data, training.facts, data.classes)
        training.load_state_dict(saved)
        batch = training.loader.batch
        done = len(training.history)
        within = f"in epoch {done + 1} of {config.epochs}, after {batch} batches"
        place = within if batch else f"after epoch {done} of {config.epochs}"
        console.line(f"resumed    {place}")
    tested_on = config.tested_on
    for cells in (epoch_table.head(tested_on), *map(epoch_table.row, training.history)):
        console.line(epoch_table.line(cells, tested_on))
    training.run(hardware.device)
    return training.finish(hardware.device)


def _head(config: Config, folder: Path, data: ImageData, hardware: Hardware, job: Job) -> list[str]:
    """Return the lines that are shown before the first epoch."""
    counts = f"{len(data.train_labels):,} to train, {len(data.test_labels):,} to test"
    lines = [f"run        {folder}"]
    lines += [
        f"{owner:<10} {', '.join(names)}"
        for owner, names in whose(config.model, config.mine).items()
    ]
    which = f", classes {config.classes}" if config.classes else ""
    if config.skip_unreadable:
        counts += f", {skipped_images(data):,} left out because they cannot be read"
    lines.append(f"data       {config.data}{which}: {counts}")
    if config.init:
        what = "only the classifier learns" if config.freeze else "under a new classifier"
        lines.append(f"init       {config.init}, {what}")
    if config.data.startswith("folder:") and config.mirror is None:
        lines.append("mirror     no (give --mirror if a mirrored image keeps its class)")
    if job.several:
        lines.append(f"processes  {_shares(job.processes, config.batch_size)}")
    return [*lines, *hardware.lines()]


def _shares(processes: int, images: int) -> str:
    fewest, more = divmod(images, processes)
    each = f"{fewest} or {fewest + 1}" if more else fewest
    return f"{processes}, each with {each} of the {images} images of a step"
