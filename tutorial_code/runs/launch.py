"""What ``resnet50 train`` does with its options: begin a training, or resume one."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutorial_code.runs import run_files
from tutorial_code.runs.config import Config, configure
from tutorial_code.runs.console import Console, open_terminal
from tutorial_code.runs.interruption import SaveTimes, TimeLimitReached
from tutorial_code.runs.trained_run import result_line
from tutorial_code.runs.training import train
from tutorial_code.shared.errors import ReaderError


def start(
    given: Mapping[str, Any],
    out: Path | None,
    resume: bool,
    quiet: bool,
    save_times: Mapping[str, float],
) -> int:
    """Train, print the result, and return the exit code.

    Args:
        given: the options of the configuration that were given.
        out: the run's folder.
        resume: go on with the run in ``out``, or the newest.
        quiet: print the result only.
        save_times: the options of ``SaveTimes`` that were given, in minutes.
    """
    for name, minutes in save_times.items():
        if not minutes >= 0 or (name == "time_limit" and minutes == 0):
            raise ReaderError(
                f"--{name.replace('_', '-')} must be a positive number of minutes, not {minutes}."
            )
    options = {name: value for name, value in given.items() if name != "mine"}
    console, answers = open_terminal(quiet), {}
    if resume:
        folder = out or run_files.newest_folder()
        config = run_files.configuration_to_resume(folder, options)
        if given.get("mine") and not config.mine:
            raise ReaderError(
                f"The run in {folder} was begun without --mine: leave --mine out, or begin a "
                "new run."
            )
    else:
        config = configure(options)
        folder = out or run_files.next_folder(config.data)
        if given.get("mine"):
            config, answers = _with_mine(config, console)
    on = f"go on with  resnet50 train --resume --out {folder}"
    try:
        summary = train(config, folder, resume, console, SaveTimes(**save_times), answers)
    except KeyboardInterrupt:
        saved = (folder / run_files.CONFIG).exists()
        print(
            f"\nStopped. Everything up to the last checkpoint is saved: {on}"
            if saved
            else "\nStopped.",
            file=sys.stderr,
        )
        return 130
    except TimeLimitReached:
        print(f"Stopped at the time limit, and saved: {on}")
        return 0
    line = result_line(summary["test_loss"], summary["test_accuracy"], summary["tested_on"])
    print(f"{line} ± {summary['standard_error']:.2f}")
    print(f"report     {folder / run_files.REPORT}")
    return 0


def _with_mine(config: Config, console: Console) -> tuple[Config, dict[str, str]]:
    """Return the configuration with what the reader wrote and what passes its check, and the files
    that it is in.
    """
    try:
        from tutorial_code.runs.own_code.selection import choose
    except ModuleNotFoundError as error:
        raise ReaderError(
            f"--mine needs {error.name}, which is not installed: pip install it."
        ) from error
    console.line("checking   what stands in exercises/")
    chosen = choose()
    for remark in chosen.remarks:
        console.line(remark)
    names = chosen.names
    if config.label_smoothing and "make_criterion" in names:
        console.line(
            "training   --label-smoothing brings a loss of its own, so your make_criterion is "
            "not used"
        )
        names = tuple(name for name in names if name != "make_criterion")
    return replace(config, mine=names), chosen.answers
