"""Seconds per step of ResNet-50 on 32 digits: one training, and two at once on the same cores.

PyTorch's wheels for Linux compute with GNU's OpenMP. Its threads spin while they wait for work, and
GOMP_SPINCOUNT sets for how many turns, before they let others compute. It is read when torch is
loaded, so each training is a fresh process. They start each round together.

    uv run python benchmarks/two_at_once.py [--rounds 2] [--batches 3]
"""

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import time

# The tutorial sets GOMP_SPINCOUNT if it is not set. Here torch is imported first and does not see
# it.
import torch

from tutorial_code.ch01_images import load_dataset
from tutorial_code.ch05_training import train_one_epoch
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.training_setup import build

SETTINGS = ("not set", "1000")


def train_on_request(batches: int) -> None:
    """Train for some batches whenever a line comes in, and print the seconds of a step."""
    device, config = torch.device("cpu"), Config(device="cpu", precision="fp32")
    setup = build(config, load_dataset("digits"), choose_hardware(config))

    def train(count: int) -> None:
        some = itertools.islice(setup.train_loader, count)
        train_one_epoch(setup.model, some, setup.criterion, setup.optimizer, device)

    train(1)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        train(batches)
        print((time.perf_counter() - start) / batches, flush=True)


def measure(setting: str, trainings: int, batches: int) -> float:
    """Return the seconds per step, the mean of the trainings that run at once."""
    environment = {key: value for key, value in os.environ.items() if key != "GOMP_SPINCOUNT"}
    if setting != "not set":
        environment["GOMP_SPINCOUNT"] = setting
    command = [sys.executable, __file__, "--batches", str(batches), "--train"]
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, env=environment, **options) for _ in range(trainings)]
    for process in processes:
        process.stdout.readline()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    seconds = [float(process.stdout.readline()) for process in processes]
    for process in processes:
        process.communicate()
    return statistics.mean(seconds)


def main() -> None:
    """Print the table, or be one of the trainings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--batches", type=int, default=3, help="a round")
    parser.add_argument("--train", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        train_on_request(arguments.batches)
        return
    cases = list(itertools.product(SETTINGS, (1, 2)))
    measured = {case: [] for case in cases}
    for _ in range(arguments.rounds):
        for case in cases:
            measured[case].append(measure(*case, arguments.batches))
    first = statistics.median(measured[cases[0]])
    print("GOMP_SPINCOUNT  trainings at once  seconds a step   ratio")
    for (setting, trainings), seconds in measured.items():
        median = statistics.median(seconds)
        print(f"{setting:14}  {trainings:17}  {median:14.3f}  {median / first:6.2f}")


if __name__ == "__main__":
    main()
