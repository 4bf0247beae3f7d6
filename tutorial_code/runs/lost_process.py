"""What is left to do when another process of the job has ended: say which one, and end."""

import os
import socket
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

import psutil

from tutorial_code.shared.job_errors import hand_to_torchrun
from tutorial_code.shared.whole_sentences import message_of

SECONDS = 10.0  # for the system, and torchrun, to see which process has ended


def leave_after_loss(
    places: Sequence[tuple[str, int]], rank: int, error: RuntimeError, terminated: Sequence[int]
) -> NoReturn:
    """Say which process has ended, if no other process of this machine says it, and exit.

    The process that ended has said why, unless it was killed.

    Args:
        places: host and process id of each rank.
        rank: of this process.
        error: how it was noticed.
        terminated: fills when ``torchrun`` asks this process to end, as it soon does. Until then
            this process stays, so that ``torchrun`` names the one that failed first.
    """
    here = socket.gethostname()
    local = [other for other, (host, _) in enumerate(places) if host == here]
    until = time.monotonic() + SECONDS
    gone: list[int] = []
    while not gone and time.monotonic() < until:
        time.sleep(0.2)
        gone = [other for other in local if not _runs(places[other][1])]
    left = [other for other in local if other not in gone]
    if rank == min(left, default=rank):
        sentence = _sentence(gone, len(local) < len(places), error)
        print(f"resnet50: {sentence}", file=sys.stderr, flush=True)
        hand_to_torchrun(sentence)
    while not terminated and time.monotonic() < until:
        time.sleep(0.1)
    os._exit(1)  # Python's own end would wait for the lost process


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _sentence(gone: Sequence[int], elsewhere: bool, error: RuntimeError) -> str:
    go_on = "once that is fixed, start the job again with --resume"
    if gone:
        who = " and ".join(f"rank {rank}" for rank in gone)
        return (
            f"The job ends because {who} ended, for a reason that is printed above, or because it "
            f"was killed, as the system does when the memory is full: {go_on}."
        )
    place = "another machine" if elsewhere else "this job"
    return (
        f"The job ends because a process of {place} has ended or does not answer "
        f"({message_of(error)}): look at what it printed; {go_on}."
    )
