"""The first steps of a training: what first weights, rate and warm-up do to the loss.

    bash benchmarks/record_run.sh steady-start

A whole ResNet-50 learns the digits for 60 steps with chapter 5's functions, three seeds for each
way to start. Weights are PyTorch's own, or those of He initialization, or those of ``initialize``,
which also zeroes the scale of each block's last BatchNorm. The rate is constant, or rises in a line
during the first epoch and is constant then.

Every training adds a line to runs/steady-start/curves.jsonl, the loss of each step before it is
made, and a training that has a line is not repeated; rows.jsonl sums up the seeds.
"""

import statistics
from itertools import groupby
from typing import Any

import records
import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import initialize, make_criterion, make_optimizer, train_one_epoch
from tutorial_code.runs import run_files

NAME = "steady-start"
CPU = torch.device("cpu")
PYTORCH, HE, ZERO = "PyTorch's own", "He", "He, last scale zero"
STARTS = [  # weights, learning rate, whether it warms up
    (PYTORCH, 0.04, False),
    (HE, 0.04, False),
    (ZERO, 0.04, False),
    (ZERO, 0.04, True),
    (PYTORCH, 0.04, True),
    (PYTORCH, 0.005, False),
    (ZERO, 0.005, False),
    (ZERO, 0.16, False),
    (ZERO, 0.16, True),
]


def network(weights: str, blocks: list[int]) -> nn.Module:
    """Return a network with one of the three kinds of first weights."""
    model = ResNet50(blocks)
    if weights != PYTORCH:
        initialize(model)
    if weights == HE:
        for module in model.modules():
            if isinstance(module, Bottleneck):
                nn.init.ones_(module.bn3.weight)
    return model


def warm_up(optimizer: torch.optim.Optimizer, steps: int) -> None:
    """Let the rate rise to its value over so many steps, and stay there."""
    schedule = LambdaLR(optimizer, lambda step: min(1, (step + 1) / steps))
    optimizer.register_step_post_hook(lambda *_: schedule.step())


def train(training: dict[str, Any], steps: int, batch_size: int, blocks: list[int]) -> list[float]:
    """Return the loss of each of the first steps, before it is made."""
    torch.manual_seed(training["seed"])
    loader, _ = make_loaders(load_dataset("digits"), batch_size, seed=training["seed"])
    model, criterion = network(training["weights"], blocks), make_criterion()
    optimizer = make_optimizer(model, training["lr"])
    if training["warmup"]:
        warm_up(optimizer, len(loader))
    losses: list[float] = []
    while len(losses) < steps:
        for _, batch in zip(range(steps - len(losses)), loader, strict=False):
            losses.append(train_one_epoch(model, [batch], criterion, optimizer, CPU))
    return losses


def summarize(curves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each start: the highest losses of the seeds, and how low they end."""

    def place(curve: dict[str, Any]) -> int:
        return STARTS.index((curve["weights"], curve["lr"], curve["warmup"]))

    rows = []
    for start, group in groupby(sorted(curves, key=place), place):
        weights, lr, warmup = STARTS[start]
        losses = [curve["losses"] for curve in group]
        highest = [max(each) for each in losses]
        ends = [statistics.mean(each[-10:]) for each in losses]
        rows.append(
            {
                "weights": weights,
                "lr": lr,
                "warmup": "yes" if warmup else "no",
                "seeds": len(losses),
                "highest": max(highest),
                "lowest_highest": min(highest),
                "end": statistics.mean(ends),
                "end_lowest": min(ends),
                "end_highest": max(ends),
            }
        )
    return rows


def main() -> None:
    """Run the trainings that are not recorded yet, as far as the time allows."""
    parser = records.make_parser(__doc__)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--blocks", type=int, nargs=4, default=[3, 4, 6, 3])
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    settings = records.settings_of(arguments)
    settings |= {"data": "digits", "momentum": 0.9, "weight_decay": 5e-4}
    folder = arguments.runs / NAME
    curves = run_files.read_rows(folder / run_files.CURVES)
    records.describe(folder, settings, curves)
    trainings = (
        {"weights": weights, "lr": lr, "warmup": warmup, "seed": seed}
        for seed in range(arguments.seeds)
        for weights, lr, warmup in STARTS
    )
    for training in records.unrecorded(
        trainings, lambda each: records.holds(curves, each), arguments.time_limit
    ):
        losses = train(training, arguments.steps, arguments.batch_size, arguments.blocks)
        curves.append(training | {"losses": [round(loss, 4) for loss in losses]})
        run_files.write_rows(folder / run_files.CURVES, curves)
        run_files.write_rows(folder / run_files.ROWS, summarize(curves))
        print(training, f"highest {max(losses):.2f}, last {losses[-1]:.2f}", flush=True)


if __name__ == "__main__":
    main()
