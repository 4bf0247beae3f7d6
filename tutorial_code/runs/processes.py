"""The processes of one job: who this process is, and what they agree on.

``torchrun`` starts the same command in each of them, and says by environment variables which one it
is. A command that is started without it is a job of one process, for which nothing is exchanged.
"""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist

from tutorial_code.runs import rendezvous
from tutorial_code.runs.lost_process import leave_after_loss
from tutorial_code.shared.errors import ReaderError, is_lost_process

T = TypeVar("T")
# The longest that a process waits for another: while it judges answers or writes a large file.
PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True)
class Job:
    """What a process knows of the job that it belongs to."""

    rank: int = 0
    processes: int = 1
    local_rank: int = 0  # among the processes of this machine
    local_processes: int = 1
    # What is agreed on never mixes with the gradients, and stays on the CPU.
    control: Any = None
    places: tuple[tuple[str, int], ...] = ()  # host and process id of each rank
    terminated: list[int] = field(default_factory=list)  # signals that asked this process to end

    @property
    def several(self) -> bool:
        """Whether there are other processes."""
        return self.processes > 1

    @property
    def writes(self) -> bool:
        """Whether this is the process that prints and writes: the one with rank 0."""
        return self.rank == 0

    @property
    def command(self) -> str:
        """The command that starts such a job, up to its subcommand."""
        if not self.several:
            return "uv run resnet50"
        nodes = "" if self.local_processes == self.processes else "--nnodes … --rdzv-endpoint … "
        return f"uv run torchrun {nodes}--nproc-per-node {self.local_processes} -m tutorial_code"

    def sum(self, *values: float) -> list[float]:
        """Return the sums of numbers over all processes, which must all call this."""
        if not self.several:
            return list(values)
        sums = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(sums, group=self.control)
        return sums.tolist()

    def from_first(self, make: Callable[[], T]) -> T:
        """Return to all processes what the one with rank 0 makes; only there ``make`` is called."""
        if not self.several:
            return make()
        made = [make() if self.rank == 0 else None]
        dist.broadcast_object_list(made, src=0, group=self.control)
        return made[0]  # type: ignore[return-value]

    def to_first(self, value: T) -> list[T]:
        """Return the values of all processes, in the order of their ranks, to the one with rank 0,
        and nothing to the others.
        """
        if not self.several:
            return [value]
        values: list[Any] | None = [None] * self.processes if self.rank == 0 else None
        dist.gather_object(value, values, dst=0, group=self.control)
        return values or []

    @contextmanager
    def one_first(self) -> Iterator[None]:
        """Let one process of each machine go through first, such as to fetch a file for all."""
        if self.local_rank:
            self.sum()
        yield
        if not self.local_rank:
            self.sum()


ALONE = Job()


@contextmanager
def join() -> Iterator[Job]:
    """Enter the job that this process was started for, and leave it at the end.

    Raises:
        ReaderError: another process did not come, or cannot be reached.
        SystemExit: another process has ended; what to do was said.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1 or "RANK" not in os.environ:
        yield ALONE
        return
    terminated: list[int] = []
    rank = int(os.environ["RANK"])
    local_rank = int(os.environ.get("LOCAL_RANK", rank))
    local_processes = int(os.environ.get("LOCAL_WORLD_SIZE", size))
    store = rendezvous.meet(rank, size)
    cuda = torch.cuda.is_available()
    if cuda and local_rank < torch.cuda.device_count():
        torch.cuda.set_device(local_rank)
    backend = "cpu:gloo,cuda:nccl" if cuda and dist.is_nccl_available() else "gloo"
    try:
        dist.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=PATIENCE)
        control: Any = dist.new_group(backend="gloo", timeout=PATIENCE)
        places: list[Any] = [None] * size
        dist.all_gather_object(places, (socket.gethostname(), os.getpid()), group=control)
    except RuntimeError as error:
        raise ReaderError(rendezvous.not_reached(error)) from error
    job = Job(rank, size, local_rank, local_processes, control, tuple(places), terminated)
    # Whoever ends the job sends this: the processes then stop together, after a batch.
    previous = signal.signal(signal.SIGTERM, lambda number, _: terminated.append(number))
    try:
        yield job
    except RuntimeError as error:
        if not is_lost_process(error):
            raise
        leave_after_loss(job.places, rank, error, terminated)
    signal.signal(signal.SIGTERM, previous)
    dist.destroy_process_group()


def refuse_unfit(
    job: Job, batch_size: int, device: torch.device, cuda_graphs: bool = False
) -> None:
    """Raise an error if a job of several processes cannot train on a device, or in such batches."""
    if not job.several:
        return
    if batch_size < 2 * job.processes:
        raise ReaderError(
            f"A batch of {batch_size} is too small for {job.processes} processes, each of which "
            f"needs two images: give --batch-size {2 * job.processes} or more, or start fewer."
        )
    if cuda_graphs:
        raise ReaderError("--cuda-graphs works in one process only: give --no-cuda-graphs.")
    if device.type == "mps":
        raise ReaderError("Several processes cannot train on mps: give --device cpu.")
    if device.type == "cuda" and job.local_processes > torch.cuda.device_count():
        raise ReaderError(
            f"{job.local_processes} processes of this machine need as many GPUs, and it has "
            f"{torch.cuda.device_count()}: give torchrun --nproc-per-node "
            f"{torch.cuda.device_count()}, or train on the CPU by --device cpu."
        )
