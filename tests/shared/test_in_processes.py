import os
import time

import psutil
import pytest
import torch
import torch.distributed as dist
from joblib.externals.loky import get_reusable_executor

from tutorial_code.shared import in_processes as in_processes_module
from tutorial_code.shared.in_processes import in_processes


def test_each_process_has_its_rank_and_they_exchange_tensors():
    def add(factor):
        x = torch.tensor([10.0 ** dist.get_rank()]) * factor
        dist.all_reduce(x)
        return dist.get_rank(), os.getpid(), x.item()

    for count in (1, 2, 3):
        ranks, pids, sums = zip(*in_processes(count, add, 2), strict=True)
        assert ranks == tuple(range(count))
        assert len({*pids, os.getpid()}) == count + 1
        assert set(sums) == {sum(2 * 10**rank for rank in range(count))}


@pytest.mark.parametrize("rank", [0, 1])
def test_what_is_raised_in_one_process_is_raised_here(rank):
    """The other one does not wait for it for ever."""

    def fail():
        if dist.get_rank() == rank:
            raise ArithmeticError("in one")
        dist.all_reduce(torch.zeros(1))

    with pytest.raises(ArithmeticError, match="in one"):
        in_processes(2, fail)
    assert in_processes(2, dist.get_rank) == [0, 1]


def test_whoever_leaves_at_once_does_not_disturb_who_is_still_coming():
    """Without a barrier one of the first ten calls failed on a busy machine."""
    for _ in range(50):
        assert in_processes(2, dist.get_rank) == [0, 1]


def test_processes_whose_memory_grows_stay():
    """joblib looks at a process's memory after a call, a second after it last did."""

    def grow():
        torch.kept = [*getattr(torch, "kept", []), b"1" * 200_000_000]
        time.sleep(1.1)
        return os.getpid(), len(torch.kept)

    try:
        calls = [in_processes(2, grow) for _ in range(4)]
        pids, counts = zip(*(zip(*call, strict=True) for call in calls), strict=True)
        assert len({frozenset(each) for each in pids}) == 1
        assert counts[-1] == (4, 4)
    finally:
        get_reusable_executor().shutdown()


def test_processes_without_work_end_by_themselves(monkeypatch):
    """A killed notebook cannot end them."""
    get_reusable_executor().shutdown()
    monkeypatch.setattr(in_processes_module, "IDLE", 1)
    pids = in_processes(2, os.getpid)
    deadline = time.monotonic() + 60
    while any(map(psutil.pid_exists, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    get_reusable_executor().shutdown()
