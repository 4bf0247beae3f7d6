"""Start processes and talk to them: forks of one that has loaded torch, or a new Python where
forking is not possible.
"""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from typing import IO

from tutorial_code.shared.chapters import PACKAGE

# macOS can fork, too, but its system libraries start threads, which break in a fork.
CAN_FORK = sys.platform == "linux"

# The new Python searches the tutorial's folder last, so that an answer finds the files beside it
# first.
START = "import sys; sys.path.append(sys.argv.pop()); from {module} import main; main()"


@dataclass
class Channel:
    """Streams to and from another process, in lines of JSON, and what that process prints."""

    read: IO[bytes]
    write: IO[bytes]
    prints: IO[bytes]
    process: subprocess.Popen | None = None  # if it is a child of this one
    connection: socket.socket | None = None  # if it is a fork

    def close(self) -> None:
        """Close the channel; the other process sees the end of its input."""
        with contextlib.suppress(OSError):  # unsent data for a process that has ended
            if self.connection:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.connection.close()
            self.write.close()
        if self.process:
            self.process.wait()


def open_channel(kind: bytes) -> Channel:
    """Start a process that waits for its first line; its kind is one of ``zygote.py``."""
    return _zygote.fork(kind) if CAN_FORK else _spawn(kind)


class _Zygote:
    """The one process that this tool forks from; it is started when it is first needed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.owner: int | None = None  # a fork of this tool starts a zygote of its own
        self.control: socket.socket | None = None
        self.said: IO[bytes] | None = None
        self.process: subprocess.Popen | None = None

    def fork(self, kind: bytes) -> Channel:
        mine, its = socket.socketpair()
        read_prints, write_prints = os.pipe()
        with self.lock:
            if self.owner != os.getpid() or self.process is None or self.process.poll() is not None:
                self._start()
            assert self.control, "it was opened when the process was started"
            with contextlib.suppress(OSError):  # it has just ended: the channel is closed
                socket.send_fds(self.control, [kind], [its.fileno(), write_prints])
        its.close()
        os.close(write_prints)
        return Channel(
            mine.makefile("rb"), mine.makefile("wb"), os.fdopen(read_prints, "rb"), connection=mine
        )

    def _start(self) -> None:
        if self.control:
            self.control.close()
        if self.said:
            self.said.close()
        self.control, its = socket.socketpair()
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - read when it did not start
        self.process = subprocess.Popen(
            _python("zygote", str(its.fileno())),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.said,
            env=_environment(),
            pass_fds=[its.fileno()],
            start_new_session=True,
        )
        its.close()
        self.owner = os.getpid()

    def close(self) -> None:
        """Let the process end; it does so as soon as its socket is closed."""
        if self.owner == os.getpid():
            assert self.control and self.said and self.process, "its owner has started it"
            self.control.close()
            self.said.close()
            with contextlib.suppress(KeyboardInterrupt):  # it ends by itself all the same
                self.process.wait()
            self.owner = None


_zygote = _Zygote()
atexit.register(_zygote.close)


def why_not_started() -> str:
    """Return the last output of the process that others are forked from."""
    if _zygote.said is None:
        return ""
    _zygote.said.seek(0)
    return _zygote.said.read().decode("utf-8", "replace").strip()[-500:]


def _spawn(kind: bytes) -> Channel:
    process = subprocess.Popen(
        _python("child", kind.decode()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        start_new_session=True,
    )
    assert process.stdin and process.stdout and process.stderr, "three pipes were asked for"
    return Channel(process.stdout, process.stdin, process.stderr, process)


def _python(module: str, argument: str) -> list[str]:
    """Return the command that starts one of the modules in this package."""
    start = START.format(module=f"{__package__}.{module}")
    return [sys.executable, "-P", "-W", "ignore", "-c", start, argument, str(PACKAGE.parent)]


def _environment() -> dict[str, str]:
    """Return an environment with one thread and no GPU: the same numbers on every machine."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
