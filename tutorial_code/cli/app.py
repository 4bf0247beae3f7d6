"""The command ``resnet50``, which prints one sentence for each error that a user can fix."""

from typing import Annotated, Any

import typer

from tutorial_code import __version__
from tutorial_code.cli import (
    check_commands,
    class_commands,
    run_commands,
    train_command,
    try_command,
)
from tutorial_code.shared.errors import ReaderError, exit_code_of
from tutorial_code.shared.job_errors import leave

UsageError: Any = typer.BadParameter.__base__  # typer's own class, whichever click it uses

app = typer.Typer(
    help="Train, test and use the ResNet-50 of the tutorial.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_versions(asked: bool) -> None:
    if asked:
        import platform

        import torch

        python = platform.python_version()
        print(f"resnet50-tutorial {__version__}, torch {torch.__version__}, Python {python}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_versions,
            is_eager=True,
            help="Print the versions and exit.",
        ),
    ] = False,
) -> None:
    pass


for command in (
    train_command.train,
    run_commands.test,
    run_commands.predict,
    run_commands.explain,
    run_commands.report,
    run_commands.compare,
    run_commands.export,
):
    app.command()(command)
app.command("try")(try_command.try_network)
for command in (
    check_commands.check,
    check_commands.exercises,
    check_commands.notebook,
    class_commands.grade,
    class_commands.autograder,
):
    app.command()(command)


def main() -> None:
    """Run the command."""
    leave(exit_code_of(_run))


def _run() -> int | None:
    try:
        return app(standalone_mode=False)
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            return error.exit_code
        context = getattr(error, "ctx", None)
        raise ReaderError(
            f"{error.format_message()} See {context.command_path if context else 'resnet50'} "
            "--help."
        ) from error
    except typer.Abort:
        raise KeyboardInterrupt from None
