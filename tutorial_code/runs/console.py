"""Terminal output of a training: lines, and a live progress bar where rich is installed."""

from collections.abc import Iterator
from contextlib import contextmanager


class Console:
    """Prints lines without a bar, for machines without rich; prints nothing if ``quiet``."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet

    def line(self, text: str) -> None:
        """Print a line."""
        if not self.quiet:
            print(text, flush=True)

    @contextmanager
    def bar(self, total: int, done: int) -> Iterator[None]:
        """Show a bar that counts images while the context is open."""
        yield

    def advance(self, images: int) -> None:
        """Advance the bar by a number of images."""

    def begin_epoch(self, number: int) -> None:
        """Show the number of the epoch."""


class LiveConsole(Console):
    """Prints lines above a live bar with images per second and the remaining time."""

    def __init__(self, quiet: bool) -> None:
        from rich.console import Console

        super().__init__(quiet)
        self.console = Console(quiet=quiet, highlight=False)

    def line(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, markup=False, soft_wrap=True)

    @contextmanager
    def bar(self, total: int, done: int) -> Iterator[None]:
        """Show a bar that counts images while the context is open."""
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
        """Advance the bar by a number of images."""
        self.shown.advance(self.task, images)

    def begin_epoch(self, number: int) -> None:
        """Show the number of the epoch."""
        self.shown.update(self.task, epoch=number)


def open_terminal(quiet: bool) -> Console:
    """Return a console with a live bar where rich is installed, or else a plain one."""
    try:
        return LiveConsole(quiet)
    except ModuleNotFoundError:
        return Console(quiet)
