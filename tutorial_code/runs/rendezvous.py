"""How the processes of a job find each other, and what is said if they do not."""

import os
import socket
from datetime import timedelta

import torch.distributed as dist

from tutorial_code.shared.errors import ReaderError
from tutorial_code.shared.whole_sentences import message_of

LIMIT = "RESNET50_START_LIMIT"  # the environment variable: seconds for all processes to come


def meet(rank: int, size: int) -> dist.Store:
    """Return the store through which all processes of the job speak, once all of them came.

    Raises:
        ReaderError: the store cannot be reached, or a process did not come in time.
    """
    seconds = float(os.environ.get(LIMIT, "300"))
    store = _open_store(rank, size, seconds)
    store.set(f"here/{rank}", socket.gethostname())
    names = [f"here/{other}" for other in range(size)]
    try:
        store.wait(names, timedelta(seconds=seconds))
    except RuntimeError as error:  # a DistStoreError
        missing = [str(other) for other, name in enumerate(names) if not store.check([name])]
        who = f"Rank {missing[0]} has" if len(missing) == 1 else f"Ranks {', '.join(missing)} have"
        raise ReaderError(
            f"{who} not started within {seconds:g} seconds, and the job needs ranks 0 to "
            f"{size - 1}: look at that process, or at its machine; {LIMIT} sets how long the "
            "others wait."
        ) from error
    # Whoever waits looks at the store once more, so it stays open for a moment.
    return store


def _open_store(rank: int, size: int, seconds: float) -> dist.Store:
    missing = [name for name in ("MASTER_ADDR", "MASTER_PORT") if not os.environ.get(name)]
    if missing:
        raise ReaderError(
            f"RANK and WORLD_SIZE are set, but {missing[0]} is not: start the job by torchrun, or "
            f"unset RANK."
        )
    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    hosted = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"  # by torchrun
    attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    try:
        store = dist.TCPStore(
            host,
            port,
            size,
            is_master=rank == 0 and not hosted,
            timeout=timedelta(seconds=seconds),
            wait_for_workers=False,
            use_libuv=os.environ.get("USE_LIBUV", "1") == "1",
        )
    except RuntimeError as error:
        raise ReaderError(_no_store(error, rank, host, port)) from error
    return dist.PrefixStore(f"resnet50/{attempt}", store)


def _no_store(error: RuntimeError, rank: int, host: str, port: int) -> str:
    said = str(error)
    if "EADDRINUSE" in said or "address already in use" in said.lower():
        return (
            f"Port {port} of {host} is used by another program, perhaps by another job: choose "
            "another one by torchrun --rdzv-endpoint HOST:PORT, or --standalone on one machine."
        )
    if "libuv" in said:
        return (
            "This PyTorch was built without libuv, as on Windows: set USE_LIBUV=0 in the "
            "environment, and start the job again."
        )
    return (
        f"Rank {rank} cannot reach rank 0 at {host}:{port} ({message_of(error)}): look whether it "
        "was started there, and whether a firewall lets this port through."
    )


def not_reached(error: RuntimeError) -> str:
    """Return what is said if all processes came, but cannot reach each other."""
    return (
        f"The processes cannot reach each other ({message_of(error)}): name the network interface "
        "between the machines by GLOO_SOCKET_IFNAME, and by NCCL_SOCKET_IFNAME for GPUs."
    )
