"""A process with all that it started: its computing time, and how to end it."""

import contextlib
import os
import signal
from pathlib import Path

import psutil

ASLEEP = {"S", "Z", "X"}  # states of Linux: it sleeps, or it has ended


def seconds_used(pid: int) -> float:
    """Return the processor time of a process and of what it started, in seconds."""
    total = 0.0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            times = each.cpu_times()
            total += times.user + times.system
    except psutil.Error:
        pass  # it has ended: its report, or the end of its output, will follow
    return total


def kill(pid: int) -> None:
    """End a process, what it started, and what was started in its session."""
    try:
        process = psutil.Process(pid)
        tree = [process, *process.children(recursive=True)]
    except psutil.Error:
        return
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # including orphans in its session
    for each in tree:
        with contextlib.suppress(psutil.Error):
            each.kill()


def awake_threads(pid: int) -> set[str]:
    """Return the names of the threads, of a process and of what it started, that compute or wait
    for a processor; none where they have ended, or where the system does not tell.
    """
    found: set[str] = set()
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            for stat in Path(f"/proc/{each.pid}/task").glob("*/stat"):
                with contextlib.suppress(OSError):  # the thread has just ended
                    # The name is in parentheses, and may hold some; the state stands behind it.
                    head, _, rest = stat.read_text(encoding="utf-8").rpartition(")")
                    if rest.split()[0] not in ASLEEP:
                        found.add(head.partition("(")[2])
    return found
