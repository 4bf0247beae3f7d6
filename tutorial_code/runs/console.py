"""How a training is seen in the terminal: lines, and a live bar where rich is installed."""

from collections.abc import Iterator
from contextlib import contextmanager


class Console:
    """Prints lines and shows no bar: for a machine without rich. A quiet one prints nothing."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet

    def line(self, text: str) -> None:
        """Print a line."""
        if not self.quiet:
            print(text, flush=True)

    @contextmanager
    def bar(self, total: int, done: int) -> Iterator[None]:
        """Show a bar of images while inside."""
        yield

    def advance(self, images: int) -> None:
        """Move the bar on."""

    def begin_epoch(self, number: int) -> None:
        """Say which epoch it is."""


class LiveConsole(Console):
    """Prints lines above a live bar with images per second and the time that is left."""

    def __init__(self, quiet: bool) -> None:
        from rich.console import Console

        super().__init__(quiet)
        self.console = Console(quiet=quiet, highlight=False)

    def line(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, markup=False, soft_wrap=True)

    @contextmanager
    def bar(self, total: int, done: int) -> Iterator[None]:
        """Show a bar of images while inside."""
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            Task,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class SpeedColumn(ProgressColumn):
            def render(self, task: Task) -> Text:
                return Text(f"{task.speed or 0:.0f} images/s")

        columns = (
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("images"),
        )
        with Progress(
            *columns, SpeedColumn(), TimeRemainingColumn(), console=self.console, transient=True
        ) as self.shown:
            self.task = self.shown.add_task("", total=total, completed=done, epoch="")
            yield

    def advance(self, images: int) -> None:
        """Move the bar on."""
        self.shown.advance(self.task, images)

    def begin_epoch(self, number: int) -> None:
        """Say which epoch it is."""
        self.shown.update(self.task, epoch=number)


def open_terminal(quiet: bool) -> Console:
    """Return what is at hand."""
    try:
        return LiveConsole(quiet)
    except ModuleNotFoundError:
        return Console(quiet)
