"""How fast one and two processes train ResNet-50 on a CPU, and what their exchange takes.

    bash benchmarks/record_run.sh scaling-cpu

It takes some minutes of two cores, on which nothing else should run. Each process has one thread.
All ways are measured in turn, several times, and the median of each is kept in runs/scaling-cpu.
Then a profile of some steps shows when two processes compute and when they exchange gradients.
"""

import statistics
import time
from contextlib import nullcontext
from typing import Any

import records
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.profiler import ProfilerActivity, profile, record_function

from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import make_optimizer
from tutorial_code.runs import run_files
from tutorial_code.shared.in_processes import in_processes

NAME = "scaling-cpu"
TIMELINE = "timeline.jsonl"  # a row for each part of a profiled step
# Parts of a step, as they begin in a profile.
PARTS = {
    "DistributedDataParallel.forward": "forward",
    "backward": "backward",
    "gloo:all_reduce": "exchange",
    "Optimizer.step": "update",
}
EACH = 32  # images of a process
# Name, processes, images of a process, how gradients are exchanged, steps without an exchange
# before one with it.
WAYS = (
    ("one process", 1, EACH, "none", 0),
    ("weak scaling", 2, EACH, "DDP", 0),
    ("strong scaling", 2, EACH // 2, "DDP", 0),
    ("no overlap", 2, EACH, "after", 0),
    ("accumulated", 2, EACH, "DDP", 3),
    ("no exchange", 2, EACH, "none", 0),
)


def images_per_second(images: int, exchange: str, alone: int, steps: int) -> float:
    """Return how many images this process trains on in a second.

    Args:
        images: of a step.
        exchange: ``DDP``; ``after``: one all-reduce when backward is done; or ``none``.
        alone: steps without an exchange before one with it, by DDP.
        steps: that are measured.
    """
    torch.manual_seed(0)
    x, labels = torch.randn(images, 3, 32, 32), torch.randint(10, (images,))
    network = ResNet50(num_classes=10)
    ddp = DistributedDataParallel(network) if exchange == "DDP" else None
    optimizer = make_optimizer(network)
    seconds = 0.0
    for step in range(-1, steps):  # the first is not counted
        dist.barrier()
        start = time.perf_counter()
        optimizer.zero_grad()
        for part in range(alone + 1):
            apart = ddp.no_sync() if ddp and part < alone else nullcontext()
            with apart:
                loss = F.cross_entropy((ddp or network)(x), labels) / (alone + 1)
                loss.backward()
        if exchange == "after":
            parameters = list(network.parameters())
            gradient = torch.cat([each.grad.flatten() for each in parameters])  # type: ignore[union-attr]
            dist.all_reduce(gradient)
            sizes = [each.numel() for each in parameters]
            for each, part_of in zip(parameters, gradient.split(sizes), strict=True):
                each.grad.copy_(part_of.view_as(each) / dist.get_world_size())  # type: ignore[union-attr]
        optimizer.step()
        seconds += (time.perf_counter() - start) if step >= 0 else 0.0
    return steps * (alone + 1) * images / seconds


def timeline(images: int, steps: int) -> list[dict[str, Any]]:
    """Return when the parts of training steps of this process began and ended, in milliseconds from
    the beginning of each step; exchanges overlap with the backward pass.

    Args:
        images: of a step.
        steps: that are profiled.
    """
    torch.manual_seed(0)
    x, labels = torch.randn(images, 3, 32, 32), torch.randint(10, (images,))
    network = ResNet50(num_classes=10)
    ddp = DistributedDataParallel(network)
    optimizer = make_optimizer(network)

    def train() -> None:
        optimizer.zero_grad()
        loss = F.cross_entropy(ddp(x), labels)
        with record_function("backward"):
            loss.backward()
        optimizer.step()

    train()
    rows = []
    for step in range(steps):
        dist.barrier()
        with profile(activities=[ProfilerActivity.CPU]) as record, record_function("whole"):
            train()
        events = record.events() or []
        [begin] = [event.time_range.start for event in events if event.name == "whole"]
        for event in events:
            for name, part in PARTS.items():
                if event.name.startswith(name):
                    times = event.time_range.start - begin, event.time_range.end - begin
                    spans = {"begin": times[0] / 1000, "end": times[1] / 1000}
                    rows.append({"step": step, "part": part, **spans})
    return rows


def main() -> None:
    """Measure every way in each round, and record the medians."""
    parser = records.make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=4)
    arguments = parser.parse_args()
    folder = arguments.runs / NAME
    records.describe(folder, records.settings_of(arguments), [])
    speeds: dict[str, list[float]] = {}
    for number in range(arguments.rounds):
        for name, processes, images, exchange, alone in WAYS:
            found = in_processes(
                processes, images_per_second, images, exchange, alone, arguments.steps
            )
            speeds.setdefault(name, []).append(sum(found))
            print(f"round {number + 1}: {name:16}{sum(found):8.1f} images/s", flush=True)
    base = statistics.median(speeds[WAYS[0][0]])
    rows: list[dict[str, Any]] = [
        {
            "way": name,
            "processes": processes,
            "images": images,
            "speed": statistics.median(speeds[name]),
            "ratio": statistics.median(speeds[name]) / base,
        }
        for name, processes, images, _, _ in WAYS
    ]
    run_files.write_rows(folder / run_files.ROWS, rows)
    profiled, _ = in_processes(2, timeline, EACH, arguments.steps)
    run_files.write_rows(folder / TIMELINE, profiled)
    print("all is recorded")


if __name__ == "__main__":
    main()
