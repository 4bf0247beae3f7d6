"""Images per second of this project's training loop beside a plain loop around torchvision's resnet50.

Both train on the same batches of 128 pictures of 32×32, in one process and in alternation, so that a busy
machine slows both. What counts is the ratio of the medians.

    uv run python benchmarks/training_speed.py [--rounds 5] [--steps 3]
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn
from torchvision.models import resnet50

from tutorial_code.ch03_resnet50 import ResNet50
from tutorial_code.ch04_training import initialize, make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch07_full_run import Accelerated
from tutorial_code.runs.around import WatchedCriterion
from tutorial_code.runs.choices import choose_device
from tutorial_code.runs.environment import describe_environment

BATCH_SIZE = 128


def plain_loop(batches: list, device: torch.device) -> Callable[[], None]:
    """Return one pass of the loop that anyone would write around torchvision's network, in fp32."""
    model = resnet50(num_classes=10).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)

    def one_pass() -> None:
        model.train()
        for images, labels in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()

    return one_pass


def our_loop(batches: list, device: torch.device, precision: str) -> Callable[[], None]:
    """Return one pass of the loop that `resnet50 train` runs."""
    network = initialize(ResNet50()).to(device)
    optimizer = make_optimizer(network, lr=0.01)
    criterion = WatchedCriterion(make_criterion())
    model = Accelerated(network, precision)
    return lambda: train_one_epoch(model, batches, criterion, optimizer, device) and None


def main() -> None:
    """Time the loops and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=3, help="batches a round")
    arguments = parser.parse_args()

    device, _ = choose_device("auto")
    torch.manual_seed(0)
    batches = [
        (torch.randn(BATCH_SIZE, 3, 32, 32, device=device), torch.randint(10, (BATCH_SIZE,), device=device))
        for _ in range(arguments.steps)
    ]
    loops = {
        "plain loop, torchvision, fp32": plain_loop(batches, device),
        "this project, fp32": our_loop(batches, device, "fp32"),
        "this project, bf16": our_loop(batches, device, "bf16"),
    }
    speeds = {name: [] for name in loops}
    for round_number in range(arguments.rounds + 1):
        for name, one_pass in loops.items():
            start = time.perf_counter()
            one_pass()
            if device.type == "cuda":
                torch.cuda.synchronize()
            if round_number > 0:  # the first round warms up
                speeds[name].append(arguments.steps * BATCH_SIZE / (time.perf_counter() - start))

    machine = describe_environment(device)
    print(f"{machine['gpu'] or machine['cpu']}, {machine['threads']} threads, torch {machine['torch']}")
    print(f"batch {BATCH_SIZE}, 32×32, median of {arguments.rounds} rounds of {arguments.steps} steps")
    base = statistics.median(next(iter(speeds.values())))
    for name, values in speeds.items():
        median = statistics.median(values)
        print(f"{name:32} {median:8.1f} images/s   {median / base:.2f} times the plain loop")


if __name__ == "__main__":
    main()
