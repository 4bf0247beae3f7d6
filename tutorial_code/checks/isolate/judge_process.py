"""The process that makes verdicts: one after another, and no answer ever runs in it.

It alone records the reference and the catalogue, so they never depend on what else runs. Where the
system cannot fork, the same is done in the tool's own process, under a lock.
"""

import atexit
import contextlib
import json
import os
import select
import threading
from collections.abc import Iterator
from typing import IO, Any

from tutorial_code.checks.diagnose.verdict import Check, Diagnosis
from tutorial_code.checks.isolate import channels, zygote
from tutorial_code.shared.errors import ReaderError

UNREADABLE = (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)


def serve_verdicts(read: IO[bytes], write: IO[bytes]) -> None:
    """Answer each line of JSON with another until the input ends; meanwhile, prepare what was
    requested.
    """
    ahead: Iterator[None] = iter(())
    while True:
        while not select.select([read], [], [], 0)[0] and next(ahead, ahead) is None:
            pass  # one more mistake of the catalogue was observed
        line = read.readline()
        if not line:
            return
        request = json.loads(line)
        if "ahead" in request:
            ahead = _get_ready(request["ahead"])
        write.write(json.dumps(respond(request)).encode() + b"\n")
        write.flush()


def respond(request: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict on ``records`` by name or, without them, the computing time of the
    reference in seconds.
    """
    from tutorial_code.checks.diagnose.judge import judge
    from tutorial_code.checks.diagnose.reference import reference_seconds

    if "ahead" in request:
        return {}
    if "records" not in request:
        return {"seconds": sum(map(reference_seconds, request["names"]))}
    try:
        return {"results": [judge(name, request["records"][name]) for name in request["names"]]}
    except UNREADABLE as error:  # none of our processes writes such a report
        return {"unreadable": f"{type(error).__name__}: {error}"}


def _get_ready(names: list[str]) -> Iterator[None]:
    from tutorial_code.checks.diagnose.recognize import prepare

    for name in names:
        yield from prepare(name)


class Judge:
    """The tool's side of that process, which starts at the first request, and again if it ended."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.channel: channels.Channel | None = None
        self.owner: int | None = None
        self.last_words = ""
        self.known: dict[tuple[str, ...], float] = {}

    def seconds(self, names: tuple[str, ...]) -> float:
        """Return the computing time of the chapter's own versions on this machine, in seconds."""
        if names not in self.known:
            self.known[names] = self._ask({"names": names})["seconds"]
        return self.known[names]

    def results(
        self, names: tuple[str, ...], records: dict[str, Any]
    ) -> list[tuple[list[Check], Diagnosis | None]]:
        """Return the checks, and the mistake if there is one, for each name.

        Raises:
            ValueError: no answer's process writes such records.
        """
        response = self._ask({"names": names, "records": records})
        if "unreadable" in response:
            raise ValueError(response["unreadable"])
        return [
            ([Check(*check) for check in checks], Diagnosis(*mistake) if mistake else None)
            for checks, mistake in response["results"]
        ]

    def get_ready(self, names: list[str]) -> None:
        """Observe every catalogued mistake in advance, while there are no requests."""
        if channels.CAN_FORK:
            self._ask({"ahead": names})

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            if not channels.CAN_FORK:
                return respond(request)
            # A judge that was killed, for example for lack of memory, is replaced once.
            for _ in range(2):
                if response := self._talk(json.dumps(request).encode() + b"\n"):
                    return json.loads(response)
            why = channels.why_not_started() or self.last_words or "nothing"
            raise ReaderError(
                f"The process that makes verdicts ended before it had one. It said: {why}"
            )

    def _talk(self, line: bytes) -> bytes:
        if self.channel is None or self.owner != os.getpid():
            self.channel, self.owner = channels.open_channel(zygote.JUDGE), os.getpid()
        response = b""
        try:
            with contextlib.suppress(OSError):
                self.channel.write.write(line)
                self.channel.write.flush()
                response = self.channel.read.readline()
        # For example Ctrl-C: a late response must not be taken for that to the next request.
        except BaseException:
            self._hang_up()
            raise
        if not response:
            self.last_words = self.channel.prints.read().decode("utf-8", "replace").strip()[-500:]
            self._hang_up()
        return response

    def _hang_up(self) -> None:
        if self.channel and self.owner == os.getpid():
            self.channel.close()
            self.channel.read.close()
            self.channel.prints.close()
        self.channel = None


the_judge = Judge()
atexit.register(the_judge._hang_up)
