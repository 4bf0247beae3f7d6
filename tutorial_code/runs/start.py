"""Begin a training, or take one up again: what ``resnet50 train`` does, whoever reads its options."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutorial_code.errors import ReaderError
from tutorial_code.runs import folder as files
from tutorial_code.runs.config import configure
from tutorial_code.runs.pace import Pace, Stopped
from tutorial_code.runs.progress import open_terminal
from tutorial_code.runs.results import result_line
from tutorial_code.runs.training import train


def start(given: Mapping[str, Any], out: Path | None, resume: bool, quiet: bool, pace: Mapping[str, float]) -> int:
    """Train, print the result, and return the exit code.

    Args:
        given: the options of the configuration that were given.
        out: the run's folder.
        resume: go on with the run in ``out``, or the newest.
        quiet: print the result only.
        pace: the options of ``Pace`` that were given, in minutes.
    """
    for name, minutes in pace.items():
        if not minutes >= 0 or (name == "time_limit" and minutes == 0):
            raise ReaderError(f"--{name.replace('_', '-')} must be a positive number of minutes, not {minutes}.")
    if resume:
        folder = out or files.newest_folder()
        config = files.configuration_to_resume(folder, given)
    else:
        config = configure(given)
        folder = out or files.next_folder(config.data)
    on = f"go on with  resnet50 train --resume --out {folder}"
    try:
        summary = train(config, folder, resume, open_terminal(quiet), Pace(**pace))
    except KeyboardInterrupt:
        saved = (folder / files.CONFIG).exists()
        print(
            f"\nStopped. Everything up to the last checkpoint is saved: {on}" if saved else "\nStopped.",
            file=sys.stderr,
        )
        return 130
    except Stopped:
        print(f"Stopped at the time limit, and saved: {on}")
        return 0
    line = result_line(summary["test_loss"], summary["test_accuracy"], summary["tested_on"])
    print(f"{line} ± {summary['standard_error']:.2f}")
    print(f"report     {folder / files.REPORT}")
    return 0
