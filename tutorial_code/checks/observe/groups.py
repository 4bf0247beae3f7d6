"""An answer in several processes at once, which can exchange tensors: a group, as ``torchrun``
starts one.

The processes are forks of the one that observes, or, where the system cannot fork, new Pythons that
get the answer by cloudpickle. ``group_member`` is what each of them does.

Whether they wait for each other for ever does not depend on how busy the machine is: it is so when
one of them has not ended, and all of them sleep without any computing.
"""

import contextlib
import json
import os
import pickle
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from typing import IO, Any, NamedTuple

import torch

from tutorial_code.checks.isolate.channels import CAN_FORK, START
from tutorial_code.checks.isolate.process_trees import awake_threads, kill, seconds_used
from tutorial_code.checks.observe import group_member
from tutorial_code.checks.observe.group_member import Observe, Place, serve
from tutorial_code.shared.chapters import PACKAGE

# A process that wants to compute does not sleep, however busy the machine is. Where the system does
# not tell who sleeps, only the time that they compute counts.
IDLE_LIMIT = 2.0 if CAN_FORK else 15.0  # seconds
COMPUTING = 0.1  # seconds of computing that do not count, such as looking at a file now and then
# Gloo's thread wakes up a hundred times a second, and looks for messages. It has none left if it
# goes to sleep again.
POLLING = {"gloo_tcp_loop"}
QUIET_LOOKS = 5  # in which it slept, too
LOOK_EVERY = 0.2  # seconds

seconds_computed = 0.0  # by all members of all groups that have ended


class Outcome(NamedTuple):
    """What came of one configuration in one process."""

    seen: dict[str, Any] | None  # what was reported, if the process got to the end
    waits: str = ""  # or, if it waits for ever, in which call
    line: str = ""  # and in which line of the answer


def in_group(
    processes: int, observe: Observe, answer: Any, looks: list[dict[str, Any]]
) -> list[list[Outcome]]:
    """Return, for each configuration, what came of it in each process, in the order of the ranks.

    They are fewer than the configurations if the processes could not go on together.

    Args:
        processes: how many.
        observe: a function of a module; it is called in each process.
        answer: the class or function that is observed.
        looks: the configurations. A single process is a group only where ``group`` is true.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        members: list[_Member] = []
        try:
            for rank in range(processes):
                place = Place(rank, processes, folder)
                if _can_fork():
                    members.append(_fork(place, observe, answer, looks, members))
                else:
                    members.append(_spawn(place, observe, answer, looks))
            found: list[list[Outcome]] = []
            for number in range(len(looks)):
                found.append(_one_look(members, number))
                if any(outcome.seen is None for outcome in found[-1]):
                    break
            return found
        finally:
            for member in members:
                member.end()


def _can_fork() -> bool:
    # PyTorch refuses backward() in the fork of a process that has a GPU.
    return CAN_FORK and not torch.cuda.is_available()


def _one_look(members: list["_Member"], number: int) -> list[Outcome]:
    for member in members:
        member.say({"look": number})
    found: dict[int, Outcome] = {}
    idle = _Idle(members)
    while len(found) < len(members) and not idle.long_enough():
        for rank, member in enumerate(members):
            if rank not in found and (message := member.next(LOOK_EVERY / len(members))):
                group_member.heard.update(message.get("heard", ()))
                found[rank] = Outcome(message["seen"])
                idle = _Idle(members)
    for rank, member in enumerate(members):
        if rank not in found:
            found[rank] = member.waits()
    return [found[rank] for rank in range(len(members))]


class _Idle:
    """For how long no process of a group has done anything."""

    def __init__(self, members: list["_Member"]) -> None:
        self.members = members
        self.begin(time.monotonic())

    def begin(self, now: float) -> None:
        self.since, self.used, self.looks = now, self._used(), 0

    def _used(self) -> float:
        return sum(seconds_used(member.pid) for member in self.members)

    def long_enough(self) -> bool:
        """Look once more, and tell whether they wait for ever."""
        now = time.monotonic()
        awake = set().union(*(awake_threads(member.pid) for member in self.members))
        if awake - POLLING or self._used() > self.used + COMPUTING:
            self.begin(now)
        elif not awake:
            self.looks += 1
        return self.looks >= QUIET_LOOKS and now - self.since > IDLE_LIMIT


class _Member:
    """The observer's side of one process."""

    def __init__(
        self, pid: int, read: IO[bytes], write: IO[bytes], process: subprocess.Popen | None = None
    ) -> None:
        self.pid, self.write, self.process = pid, write, process
        self.read = read
        self.said: queue.Queue[bytes] = queue.Queue()
        self.reader = threading.Thread(target=self._listen, daemon=True)

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while line := self.read.readline():
                self.said.put(line)
        self.said.put(b'{"seen": null}')  # it has ended

    def say(self, message: dict[str, Any]) -> None:
        if not self.reader.ident:
            self.reader.start()  # after the last fork, which would lose it
        with contextlib.suppress(OSError):  # it has ended
            self.write.write(json.dumps(message).encode() + b"\n")
            self.write.flush()

    def next(self, seconds: float) -> dict[str, Any] | None:
        """Return its next message, or None."""
        with contextlib.suppress(queue.Empty):
            return json.loads(self.said.get(timeout=seconds))
        return None

    def waits(self) -> Outcome:
        """Ask it where it waits."""
        self.say({"where": True})
        message = self.next(IDLE_LIMIT) or {}
        return Outcome(message.get("seen"), message.get("waits", ""), message.get("line", ""))

    def end(self) -> None:
        global seconds_computed
        seconds_computed += seconds_used(self.pid)
        kill(self.pid)
        if self.process:
            self.process.wait()
        else:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
        if self.reader.ident:
            self.reader.join(timeout=1)
        for stream in (self.write, self.read):
            with contextlib.suppress(OSError):
                stream.close()


def _fork(
    place: Place, observe: Observe, answer: Any, looks: list[dict], earlier: list[_Member]
) -> _Member:
    mine, its = socket.socketpair()
    pid = os.fork()
    if pid:
        its.close()
        read, write = mine.makefile("rb"), mine.makefile("wb")
        mine.close()
        return _Member(pid, read, write)
    try:
        mine.close()
        for member in earlier:  # they see the end of their input only if nobody else has it open
            os.close(member.read.fileno())
        serve(its.makefile("rb"), its.makefile("wb"), place, observe, answer, looks)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _spawn(place: Place, observe: Observe, answer: Any, looks: list[dict]) -> _Member:
    # joblib brings it along, as a package of its own or not, depending on its version.
    from joblib.externals.loky.cloudpickle_wrapper import dumps

    start = START.format(module=group_member.__name__)
    process = subprocess.Popen(
        [sys.executable, "-P", "-W", "ignore", "-c", start, str(PACKAGE.parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
    )
    assert process.stdin and process.stdout, "two pipes were asked for"
    # The observer may be hidden from the answer by now, so it is known by its name.
    name = observe.__module__, observe.__name__
    # The paths first: what comes after them may be imported from there.
    job = pickle.dumps((sys.path, dumps((place, name, answer, looks))))
    with contextlib.suppress(OSError):
        process.stdin.write(len(job).to_bytes(8, "big") + job)
        process.stdin.flush()
    return _Member(process.pid, process.stdout, process.stdin, process)
