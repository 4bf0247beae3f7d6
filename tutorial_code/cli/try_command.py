"""The command ``try``."""

from pathlib import Path
from typing import Annotated

import typer


def try_network(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    opened: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Draw digits for a run's network, or give it images, in a page on this machine."""
    from tutorial_code.runs.try_page import try_run

    try_run(run, opened)
