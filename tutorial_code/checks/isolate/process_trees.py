"""A process with all that it started: its computing time, and how to end it."""

import contextlib
import os
import signal

import psutil


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
