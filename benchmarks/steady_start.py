"""The first steps of a training: what first weights, rate and warm-up do to the loss.

    bash benchmarks/record_run.sh steady-start

A whole ResNet-50 learns the digits for 60 steps with chapter 5's functions, three seeds for each
way to start. Weights are PyTorch's own, or those of He initialization, or those of ``initialize``,
which also zeroes the scale of each block's last BatchNorm. The rate is constant, or rises in a line
during the first epoch and is constant then.

Every training adds a line to runs/steady-start/curves.jsonl, the loss of each step before it is
made, and a training that has a line is not repeated; rows.jsonl sums up the seeds.
"""

import argparse
import json
import statistics
import time
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import initialize, make_criterion, make_optimizer, train_one_epoch
from tutorial_code.runs import run_files
from tutorial_code.runs.hardware import describe_machine

ROOT = Path(__file__).parent.parent
NAME = "steady-start"
CURVES = "curves.jsonl"
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


def train(training: dict[str, Any], steps: int, batch_size: int, blocks: list[int]) -> list[float]:
    """Return the loss of each of the first steps, before it is made."""
    torch.manual_seed(training["seed"])
    loader, _ = make_loaders(load_dataset("digits"), batch_size, seed=training["seed"])
    model, criterion = network(training["weights"], blocks), make_criterion()
    optimizer = make_optimizer(model, training["lr"])
    if training["warmup"]:
        schedule = LambdaLR(optimizer, lambda step: min(1, (step + 1) / len(loader)))
        optimizer.register_step_post_hook(lambda *_: schedule.step())
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--blocks", type=int, nargs=4, default=[3, 4, 6, 3])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs", help="where it is recorded")
    parser.add_argument("--time-limit", type=float, default=float("inf"), help="minutes")
    arguments = parser.parse_args()
    began = time.monotonic()

    facts = {k: v for k, v in vars(arguments).items() if k not in ("runs", "time_limit")}
    facts |= {"data": "digits", "momentum": 0.9, "weight_decay": 5e-4}
    folder = arguments.runs / NAME
    folder.mkdir(parents=True, exist_ok=True)
    config, lines = folder / run_files.CONFIG, folder / CURVES
    if lines.exists() and json.loads(config.read_text(encoding="utf-8")) != facts:
        raise SystemExit(f"{folder} holds curves of another configuration: delete {CURVES}.")
    run_files.write_json(config, facts)
    run_files.write_json(folder / run_files.ENVIRONMENT, describe_machine(CPU))
    curves = run_files.read_rows(lines)

    for seed in range(arguments.seeds):
        for weights, lr, warmup in STARTS:
            training = {"weights": weights, "lr": lr, "warmup": warmup, "seed": seed}
            if any(training.items() <= curve.items() for curve in curves):
                continue
            if (time.monotonic() - began) / 60 > arguments.time_limit:
                print("stopped at the time limit; the same command continues")
                return
            losses = train(training, arguments.steps, arguments.batch_size, arguments.blocks)
            curves.append(training | {"losses": [round(loss, 4) for loss in losses]})
            run_files.write_rows(lines, curves)
            run_files.write_rows(folder / run_files.ROWS, summarize(curves))
            print(training, f"highest {max(losses):.2f}, last {losses[-1]:.2f}", flush=True)
    print(f"recorded in {folder}")


if __name__ == "__main__":
    main()
