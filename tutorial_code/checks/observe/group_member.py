"""What one process of a group does: it goes through the configurations one at a time, when it is
told to, and reports what it saw of each, or where it waits. A process that has ended its call
stays, so that the others do not see it end.

``groups`` starts the processes and talks to them.
"""

import contextlib
import importlib
import json
import os
import pickle
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import IO, Any, NamedTuple

import torch
import torch.distributed as dist

PATIENCE = timedelta(hours=2)  # of a process that waits for another: it is ended long before

# What observes in one process: the answer, the configuration, and the rank.
Observe = Callable[[Any, dict[str, Any], int], Any]

# Where an answer looked for a solution, in any of its processes; see ``isolate.solutions``.
heard: set[str] = set()


class Place(NamedTuple):
    """A process's place in its group."""

    rank: int
    processes: int
    folder: str  # in which they meet

    def join(self) -> None:
        meeting_place = (Path(self.folder) / "meeting-place").as_uri()
        dist.init_process_group(
            "gloo",
            init_method=meeting_place,
            rank=self.rank,
            world_size=self.processes,
            timeout=PATIENCE,
        )


def main() -> None:
    """Serve as a member of a group over standard input and output, for systems that cannot fork."""
    write = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the answer prints
    read = sys.stdin.buffer
    job = read.read(int.from_bytes(read.read(8), "big"))
    paths, rest = pickle.loads(job)
    sys.path += [path for path in paths if path not in sys.path]
    place, (module, name), answer, looks = pickle.loads(rest)
    observe = getattr(importlib.import_module(module), name)
    serve(read, write, Place(*place), observe, answer, looks)


def serve(
    read: IO[bytes],
    write: IO[bytes],
    place: Place,
    observe: Observe,
    answer: Any,
    looks: list[dict[str, Any]],
) -> None:
    """Go through the configurations when it is told to; end with the input."""
    torch.set_num_threads(1)
    orders: queue.Queue[int] = queue.Queue()
    working = threading.get_ident()
    busy = threading.Event()

    def send(message: dict[str, Any]) -> None:
        write.write(json.dumps(message).encode() + b"\n")
        write.flush()

    def listen() -> None:
        with contextlib.suppress(OSError):  # it ends with the process that observes
            while line := read.readline():
                order = json.loads(line)
                if "look" in order:
                    busy.set()
                    orders.put(order["look"])
                elif busy.is_set():
                    send(_where(sys._current_frames()[working]))
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    if place.processes > 1 or looks[0].get("group"):
        place.join()
    while True:
        look = looks[orders.get()]
        torch.manual_seed(0)
        seen = observe(answer, look, place.rank)
        busy.clear()
        send({"seen": seen, "heard": sorted(heard)})


def _where(frame: FrameType) -> dict[str, str]:
    """Say in which call a process waits, and in which line of the answer."""
    stack = traceback.extract_stack(frame)
    inner = [entry for entry in stack if "distributed" in Path(entry.filename).parts]
    names = [entry.name for entry in inner if entry.name not in {"wrapper", "_wrapped_call_impl"}]
    if names and Path(inner[-1].filename).name.startswith("distributed_c10d"):
        call = f"{names[-1] if names[-1] != 'wait' else names[0]}()"
    elif any(entry.name == "backward" for entry in stack):
        call = "backward()"
    elif names or any(Path(entry.filename).name == "distributed.py" for entry in stack):
        call = "a forward pass of DistributedDataParallel"
    else:
        call = f"{stack[-1].name}()"
    own = [entry for entry in stack if entry.filename.startswith("<answer")]
    line = f"line {own[-1].lineno}: {own[-1].line or ''}".rstrip(": ") if own else ""
    return {"waits": call, "line": line}
