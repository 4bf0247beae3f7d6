"""The command ``train``, whose options are those of ``Config``."""

import inspect
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from tutorial_code.cli.run_commands import OUTPUT
from tutorial_code.runs.config import RUN, START, Config, is_switch
from tutorial_code.runs.recipes import shown_default


def _with_configuration(command):
    """Put the options of ``Config`` before a command's own; each is None unless it is given."""
    own = [p for p in inspect.signature(command).parameters.values() if p.kind is not p.VAR_KEYWORD]
    taken = []
    for option in fields(Config):
        name = f"--{option.name.replace('_', '-')}"
        names = [f"{name}/--no-{name[2:]}"] if is_switch(option) else [name]
        text, group = option.metadata["help"], option.metadata["group"]
        declared = typer.Option(
            *names, help=text, show_default=shown_default(option), rich_help_panel=group
        )
        value = option.type if option.type in (str, int, float) else bool
        kind: Any = Annotated[value | None, declared]
        taken.append(
            inspect.Parameter(
                option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind
            )
        )
    command.__signature__ = inspect.Signature([*taken, *own])
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in [*taken, *own]}
    return command


def _minutes(text: str, default: str, group: str) -> Any:
    return typer.Option(metavar="MINUTES", help=text, show_default=default, rich_help_panel=group)


@_with_configuration
def train(
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            *OUTPUT,
            help="The run's folder.",
            show_default="my_runs/DATA-1, -2, …",
            rich_help_panel=START,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Resume the run in --output, or the newest one.", rich_help_panel=START
        ),
    ] = False,
    time_limit: Annotated[
        float | None, _minutes("Stop at a checkpoint; --resume continues.", "none", RUN)
    ] = None,
    save_minutes: Annotated[
        float | None, _minutes("Time between checkpoints within an epoch.", "5", RUN)
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print only the result.", rich_help_panel=RUN)
    ] = False,
    **configuration: Any,
) -> None:
    """Train ResNet-50 and write a run folder with its report."""
    from tutorial_code.runs.launch import start

    given = {name: value for name, value in configuration.items() if value is not None}
    minutes = {"time_limit": time_limit, "save_minutes": save_minutes}
    save_times = {name: value for name, value in minutes.items() if value is not None}
    raise typer.Exit(start(given, output, resume, quiet, save_times))
