"""The command ``resnet50``: its commands, and one sentence for every mistake that a person can mend."""

import sys

import typer

from tutorial_code.checks import commands as checks
from tutorial_code.errors import ReaderError, exit_code_of
from tutorial_code.runs import commands as runs

UsageError = typer.BadParameter.__base__  # typer's own, whichever click it brings

app = typer.Typer(
    help="Train, test and use the ResNet-50 of the tutorial.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (runs.train, runs.test, runs.predict, runs.report, runs.compare, runs.export):
    app.command()(command)
for command in (checks.check, checks.exercises, checks.notebook, checks.grade):
    app.command()(command)


def main() -> None:
    """Run the command."""
    sys.exit(exit_code_of(_run))


def _run() -> int | None:
    try:
        return app(standalone_mode=False)
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            return error.exit_code
        context = getattr(error, "ctx", None)
        raise ReaderError(
            f"{error.format_message()} See {context.command_path if context else 'resnet50'} --help."
        ) from error
    except typer.Abort:
        raise KeyboardInterrupt from None
