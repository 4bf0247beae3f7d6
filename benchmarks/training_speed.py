"""Images per second after each step to a faster training, compared with a plain loop around
torchvision's resnet50.

All of them train on real images, in one process and in alternation, so that a busy machine slows
them all. What counts is the ratio of the medians. Each row adds one thing to the row above.

    uv run python benchmarks/training_speed.py [--data digits] [--rounds 5] [--batches 3] [--record
    NAME]
"""

import argparse
import itertools
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from machine_peaks import product_peak
from speed_steps import BASE, PLAIN, configurations, our_loop, plain_loop, set_up
from torch import nn
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from tutorial_code.ch01_images import ImageData, load_dataset
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch08_learning import use_small_stem
from tutorial_code.runs import run_files
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import (
    choose_device,
    describe_machine,
)

ROOT = Path(__file__).parent.parent
RATE = 0.03  # learning rate of the trainings for --accuracy


def measure_speed(loop: Callable[[int], int], batches: int, device: torch.device) -> float:
    """Return images per second."""
    start = time.perf_counter()
    images = loop(batches)
    if device.type == "cuda":
        torch.cuda.synchronize()
    return images / (time.perf_counter() - start)


def measure_memory(loop: Callable[[int], int], device: torch.device) -> int | None:
    """Return the peak memory of tensors in bytes, without what was allocated before; None if it is
    not known.
    """
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        lying = torch.cuda.memory_allocated()
        loop(3)  # CUDA graphs allocate theirs within the first batches
        return torch.cuda.max_memory_allocated() - lying
    loop(1)  # compiles; the optimizer allocates its momentum
    if device.type != "cpu":
        return None
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        loop(1)
    changes = [
        event for event in record.profiler.kineto_results.events() if event.name() == "[memory]"
    ]
    changes.sort(key=lambda event: event.start_ns())
    return max(itertools.accumulate(event.nbytes() for event in changes))


def operations_per_image(stem: str) -> float:
    """Return the floating-point operations of training on one 32×32 image, forward and backward."""
    network = use_small_stem(ResNet50()) if stem == "3x3" else ResNet50()
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(2, 3, 32, 32)).sum().backward()
    return counter.get_total_flops() / 2


def train_both(
    config: Config, name: str, data: ImageData, device: torch.device, epochs: int
) -> list[dict]:
    """Train the plain loop and another from the same weights, an epoch each in turn; return both
    results.

    They use the learning rate of chapter 5. Without a warm-up, the result of a larger one would be
    chance.
    """
    base = {**BASE, "stem": config.stem, "device": device.type}
    plain, ours = (set_up(replace(c, lr=RATE), data) for c in (Config(**base), config))
    loops = {PLAIN: plain_loop(plain, device), name: our_loop(ours, config, device)}
    images = {row: loop(1) for row, loop in loops.items()}  # compiles, and warms up
    seconds = dict.fromkeys(loops, 0.0)
    for epoch in range(1, epochs + 1):
        for row, loop in loops.items():
            start = time.perf_counter()
            while (left := epoch * len(data.train_labels) - images[row]) > 0:
                images[row] += loop(
                    min(math.ceil(left / config.batch_size), len(plain.train_loader))
                )
            seconds[row] += time.perf_counter() - start
    return [
        {
            "step": row,
            "epochs": epochs,
            "seconds": seconds[row],
            "accuracy": evaluate(loop.model, ours.test_loader, nn.CrossEntropyLoss(), device)[1],
        }
        for row, loop in loops.items()
    ]


def main() -> None:
    """Time the loops, print the table, and record it if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, default=3, help="a round")
    parser.add_argument("--stem", choices=("7x7", "3x3"), default="7x7")
    parser.add_argument(
        "--accuracy",
        type=int,
        metavar="EPOCHS",
        help="train the plain and the fastest loop, and compare",
    )
    parser.add_argument("--device", default="auto")
    parser.add_argument("--record", metavar="NAME", help="write the table to runs/NAME")
    arguments = parser.parse_args()

    device, _ = choose_device(arguments.device)
    data = load_dataset(arguments.data)
    configs = configurations(device, arguments.stem, len(data.train_labels))
    loops = {PLAIN: plain_loop(set_up(next(iter(configs.values())), data), device)}
    loops |= {
        name: our_loop(set_up(config, data), config, device) for name, config in configs.items()
    }
    memories = {name: measure_memory(loop, device) for name, loop in loops.items()}  # and warm up
    measured = {name: [] for name in loops}
    for _ in range(arguments.rounds):
        for name, loop in loops.items():
            measured[name].append(measure_speed(loop, arguments.batches, device))

    machine = describe_machine(device)
    print(
        f"{machine['gpu'] or machine['cpu']}, {machine['threads']} threads, torch "
        f"{machine['torch']}"
    )
    print(
        f"32×32, stem {arguments.stem}, median of {arguments.rounds} rounds of "
        f"{arguments.batches} batches"
    )
    peak, operations = product_peak(device, torch.bfloat16), operations_per_image(arguments.stem)
    print(f"bf16 peak, by a product of large matrices: {peak / 1e12:.2f} TFLOP/s")
    rows = []
    for name, speeds in measured.items():
        speed, memory = statistics.median(speeds), memories[name]
        ratio = speed / (rows[0]["images_per_second"] if rows else speed)
        rows.append({"step": name, "images_per_second": speed, "speedup": ratio})
        rows[-1] |= {
            "share_of_bf16_peak": speed * operations / peak,
            "memory_gb": memory and memory / 1e9,
        }
        used = f"{memory / 1e9:6.2f} GB" if memory else ""
        share = 100 * rows[-1]["share_of_bf16_peak"]
        print(f"{name:46} {speed:8.1f} images/s  {ratio:5.2f} times  {share:5.1f}% of peak {used}")
    if arguments.accuracy:
        alike = {
            name for name, config in configs.items() if config.batch_size == BASE["batch_size"]
        }
        fastest = max(alike, key=lambda name: statistics.median(measured[name]))
        name = f"every step to {fastest.removeprefix('+ ')}"
        for result in train_both(configs[fastest], name, data, device, arguments.accuracy):
            rows.append(result)
            print("{step:46} {epochs} epochs {seconds:7.1f} s  {accuracy:.2f}%".format(**result))
    if arguments.record:
        folder = ROOT / "runs" / arguments.record
        folder.mkdir(parents=True, exist_ok=True)
        run_files.write_json(folder / run_files.CONFIG, vars(arguments) | {"base": BASE})
        run_files.write_json(folder / run_files.ENVIRONMENT, machine | {"bf16_tflops": peak / 1e12})
        run_files.write_rows(folder / run_files.ROWS, rows)


if __name__ == "__main__":
    main()
