"""When a training saves and when it stops; neither changes what it computes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class TimeLimitReached(Exception):
    """The training was stopped at a checkpoint by its time limit, and can be resumed from there."""


class SaveTimes(NamedTuple):
    """When to save and when to stop, in minutes."""

    save_minutes: float = 5.0  # between checkpoints within an epoch; 0 saves after every batch
    time_limit: float | None = None  # from the start of the command


class Wanted(NamedTuple):
    """What is to be done after a batch."""

    stop: bool  # somebody asked for it
    late: bool  # the time limit is reached
    save: bool  # the last checkpoint is old


class StopRequest:
    """Treats the first Ctrl-C as a request to stop after the batch; a second one stops at once."""

    def __init__(self) -> None:
        self.requested = False

    @contextmanager
    def catch_sigint(self) -> Iterator[None]:
        """Catch Ctrl-C while the context is open; only the main thread receives signals."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = signal.getsignal(signal.SIGINT)

        def note(*_: Any) -> None:
            self.requested = True
            signal.signal(signal.SIGINT, previous)

        signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)
