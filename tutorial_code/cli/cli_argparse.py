"""``train`` and ``test`` with Python's own argparse, for a machine without typer."""

import argparse
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from tutorial_code.runs.config import GROUPS, RUN, START, Config, is_switch
from tutorial_code.runs.recipes import shown_default
from tutorial_code.shared.errors import ReaderError, exit_code_of
from tutorial_code.shared.job_errors import leave


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ReaderError(f"{message[0].upper()}{message[1:]}. See {self.prog} --help.")


def main() -> None:
    """Run the command."""
    leave(exit_code_of(_run))


def _run() -> int:
    parser = _Parser(
        "resnet50", description="Without typer: only train and test.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser(
        "train", help="Train ResNet-50 and write a run folder with its report."
    )
    groups = {name: train.add_argument_group(name) for name in GROUPS}
    for option in fields(Config):
        name = f"--{option.name.replace('_', '-')}"
        text = f"{option.metadata['help']} [default: {shown_default(option)}]"
        kind: dict[str, Any] = {"type": option.type}
        if is_switch(option):
            kind = {"action": argparse.BooleanOptionalAction}
        if option.name == "mine":
            # If the option is not given, its value is None.
            kind = {"action": "store_const", "const": True}
        text = text.replace("%", "%%")  # argparse fills in values with it
        groups[option.metadata["group"]].add_argument(name, help=text, **kind)
    add = groups[START].add_argument
    add("--output", "-o", "--out", dest="output", type=Path, help="The run's folder.")
    add("--resume", action="store_true", help="Resume the run in --output, or the newest one.")
    add = groups[RUN].add_argument
    add("--time-limit", type=float, help="Minutes. Stop at a checkpoint; --resume continues.")
    add("--save-minutes", type=float, help="Minutes between checkpoints within an epoch.")
    add("--quiet", action="store_true", help="Print only the result.")
    test = commands.add_parser("test", help="Test a run's checkpoint again on its test set.")
    test.add_argument("run", type=Path)
    given = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    if given.pop("command") == "test":
        from tutorial_code.runs.trained_run import test_run

        print(test_run(given["run"]))
        return 0
    from tutorial_code.runs.launch import start

    output, resume, quiet = given.pop("output", None), given.pop("resume"), given.pop("quiet")
    times = ("time_limit", "save_minutes")
    save_times: dict[str, float] = {name: given.pop(name) for name in times if name in given}
    return start(given, output, resume, quiet, save_times)
