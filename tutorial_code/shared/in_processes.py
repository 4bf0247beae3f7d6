"""A function in several processes at once, for the cells of chapter 12."""

import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import wait
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from joblib.externals.loky import get_reusable_executor, process_executor

PATIENCE = timedelta(minutes=2)  # of one process that waits for another
IDLE = 300  # seconds for which a process without work stays


def in_processes(count: int, function: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Call a function in several new processes, and return its results in the order of their ranks.

    The processes are one group (gloo), so that they can exchange tensors. Each computes with one
    thread. The function may be defined in a notebook.

    Args:
        count: the number of processes.
        function: it is called with the arguments, in each process.
        arguments: what all processes get.

    Raises:
        Exception: what the function raised in one of the processes.
    """
    # They are used again, and stay ready: each has imported torch. The least that is kept is two.
    # Idle ones end by themselves, also where a killed notebook has left them behind.
    processes = get_reusable_executor(max(count, 2), timeout=IDLE, initializer=_get_ready)
    with tempfile.TemporaryDirectory() as folder:
        meeting_place = (Path(folder) / "processes").as_uri()
        calls = [
            processes.submit(_in_group, meeting_place, rank, count, function, arguments)
            for rank in range(count)
        ]
        wait(calls)
        # Where one fails, the others lose it while they wait, which is a RuntimeError.
        failed = [call for call in calls if call.exception()]
        if failed:  # what they left unfinished must not meet the next call
            processes.shutdown(kill_workers=True)
        failed.sort(key=lambda call: isinstance(call.exception(), RuntimeError))
        return [call.result() for call in failed or calls]


def _get_ready() -> None:
    """Let a process stay as long as it is used.

    By default joblib replaces one whose memory has grown by 300 MB, also while others of its group
    are at work and wait for it. Where warnings are errors, its warning ends the thread that brings
    the results, and the call never returns.
    """
    process_executor._MAX_MEMORY_LEAK_SIZE = sys.maxsize
    torch.set_num_threads(1)


def _in_group(
    meeting_place: str, rank: int, count: int, function: Callable[..., Any], arguments: Any
) -> Any:
    dist.init_process_group(
        "gloo", init_method=meeting_place, rank=rank, world_size=count, timeout=PATIENCE
    )
    try:
        dist.barrier()  # whoever left now would tear down what others are still setting up
        return function(*arguments)
    finally:
        dist.destroy_process_group()
