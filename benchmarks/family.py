"""The five networks of chapter 10 on the digits: how much depth gains there, and what it takes.

    bash benchmarks/record_run.sh family-cpu

Each of the five learns the digits from three seeds with the chapters' own loops, the start of
chapter 5 and one thread. runs/family-cpu gets a curve for each training and a row for each network.
A training that has a curve is not repeated.
"""

import statistics
import time
from typing import Any

import records
import torch
from torch import nn

from tutorial_code.ch01_images import load_dataset
from tutorial_code.ch05_training import train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch10_family import FAMILY
from tutorial_code.runs import run_files
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.training_setup import build

NAME = "family-cpu"
CPU = torch.device("cpu")


def train(model: str, seed: int, epochs: int) -> dict[str, Any]:
    """Train a network as ``resnet50 train --model`` does; return its curve."""
    config = Config(model=model, seed=seed, epochs=epochs, device="cpu")
    data = load_dataset(config.data)
    setup = build(config, data, choose_hardware(config))
    losses: list[float] = []
    accuracies: list[float] = []
    seconds = 0.0
    for _ in range(epochs):
        start = time.perf_counter()
        loss = train_one_epoch(
            setup.model, setup.train_loader, setup.criterion, setup.optimizer, CPU
        )
        seconds += time.perf_counter() - start
        losses.append(round(loss, 4))
        accuracy = evaluate(setup.model, setup.test_loader, nn.CrossEntropyLoss(), CPU)[1]
        accuracies.append(round(accuracy, 2))
    return {"losses": losses, "accuracies": accuracies, "seconds": seconds}


def rows_of(curves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each network: its seeds together."""
    rows = []
    for model in FAMILY:
        alike = [curve for curve in curves if curve["model"] == model]
        if alike:
            last = [curve["accuracies"][-1] for curve in alike]
            rows.append(
                {
                    "model": model,
                    "seeds": len(alike),
                    "accuracy": statistics.mean(last),
                    "lowest": min(last),
                    "highest": max(last),
                    "loss": statistics.mean(curve["losses"][-1] for curve in alike),
                    "seconds": statistics.mean(curve["seconds"] for curve in alike),
                }
            )
    return rows


def main() -> None:
    """Run the trainings that are not recorded yet, as far as the time allows."""
    parser = records.make_parser(__doc__)
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--models", nargs="+", default=list(FAMILY))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = arguments.runs / NAME
    curves = run_files.read_rows(folder / run_files.CURVES)
    records.describe(folder, records.settings_of(arguments), curves)
    trainings = (
        {"model": model, "seed": seed}
        for seed in range(arguments.seeds)
        for model in arguments.models
    )
    for about in records.unrecorded(
        trainings, lambda each: records.holds(curves, each), arguments.time_limit
    ):
        curves.append(about | train(**about, epochs=arguments.epochs))
        run_files.write_rows(folder / run_files.CURVES, curves)
        run_files.write_rows(folder / run_files.ROWS, rows_of(curves))
        print(about, f"{curves[-1]['accuracies'][-1]:.2f}%", flush=True)


if __name__ == "__main__":
    main()
