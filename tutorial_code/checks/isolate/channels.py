"""Starting processes and talking to them: forks of one that has torch loaded, or a new Python where
none can fork.
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

# macOS can fork, too, but its system libraries start threads that a fork does not survive.
CAN_FORK = sys.platform == "linux"

# The new Python finds the tutorial last of all, so that answers find their own neighbours before
# it.
START = "import sys; sys.path.append(sys.argv.pop()); from {module} import main; main()"


@dataclass
class Channel:
    """Both ends of a talk in lines of JSON with another process, and what that process prints."""

    read: IO[bytes]
    write: IO[bytes]
    prints: IO[bytes]
    process: subprocess.Popen | None = None  # where it is a child of this one
    connection: socket.socket | None = None  # where it is a fork

    def close(self) -> None:
        """End the talk; the other process sees the end of its input."""
        with contextlib.suppress(OSError):  # what was not sent to a process that is gone
            if self.connection:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.connection.close()
            self.write.close()
        if self.process:
            self.process.wait()


def open_channel(kind: bytes) -> Channel:
    """Start a process of a kind of ``zygote.py`` that waits for its first line."""
    return _zygote.fork(kind) if CAN_FORK else _spawn(kind)


class _Zygote:
    """The one process of this tool that is forked from; it is started when it is first needed."""

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
            with contextlib.suppress(OSError):  # it ended just now: the channel is found closed
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
        """Let the process end; it does so as soon as nobody can ask it for more."""
        if self.owner == os.getpid():
            assert self.control and self.said and self.process, "its owner has started it"
            self.control.close()
            self.said.close()
            self.process.wait()
            self.owner = None


_zygote = _Zygote()
atexit.register(_zygote.close)


def why_not_started() -> str:
    """Return the last words of the process that others are forked from."""
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
    """Return the command that starts one of the modules beside this one."""
    start = START.format(module=f"{__package__}.{module}")
    return [sys.executable, "-P", "-W", "ignore", "-c", start, argument, str(PACKAGE.parent)]


def _environment() -> dict[str, str]:
    """Return one thread and no GPU: the same numbers on every machine."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
