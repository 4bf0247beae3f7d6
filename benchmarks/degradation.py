"""Does depth hurt? The training loss of chapter 3's plain and residual stacks of several depths.

    bash benchmarks/record_run.sh degradation-cpu

Each stack is trained with three seeds on the same few thousand training images of CIFAR-10, without
augmentation, by chapter 5's loop. The learning rate is divided by ten after two thirds and after
five sixths of the epochs. The deepest plain stack is also trained for three times as many epochs.

Every training adds a line to runs/degradation-cpu/curves.jsonl, and a training that has a line is
not repeated; rows.jsonl sums up the seeds. The loss of an epoch is the mean over its batches while
the network learns from them. After the last epoch the loss and the accuracy on the same images are
also taken in evaluation mode, by chapter 6's loop, with the statistics of BatchNorm estimated anew
over these images.
"""

import statistics
import time
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import records
import torch

from tutorial_code.ch01_images import ImageData, load_dataset, make_loaders
from tutorial_code.ch03_bottleneck import Stack
from tutorial_code.ch05_training import make_criterion, make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import estimate_statistics, evaluate
from tutorial_code.runs import run_files

NAME = "degradation-cpu"
CPU = torch.device("cpu")
LONGER = 3  # times the epochs, for the deepest plain stack


def some_images(data: ImageData, count: int) -> ImageData:
    """Return the data with ``count`` of its training images, drawn once for all trainings."""
    drawn = torch.randperm(len(data.train_labels), generator=torch.Generator().manual_seed(0))
    drawn = drawn[:count]
    return data._replace(
        train_images=data.train_images[drawn], train_labels=data.train_labels[drawn]
    )


def trainings(depths: list[int], epochs: int, seeds: int) -> Iterator[dict[str, Any]]:
    """Yield what each training is called by, in the order in which they are recorded."""
    for seed in range(seeds):
        for depth in depths:
            for kind in ("plain", "residual"):
                yield {"layers": depth, "kind": kind, "epochs": epochs, "seed": seed}
    for seed in range(seeds):
        yield {"layers": max(depths), "kind": "plain", "epochs": LONGER * epochs, "seed": seed}


def train(
    training: dict[str, Any], data: ImageData, lr: float, batch_size: int
) -> dict[str, float | list[float]]:
    """Train a stack; return its loss by epoch, and how well it knows its training images at the
    end.
    """
    torch.manual_seed(training["seed"])
    loader, _ = make_loaders(data, batch_size, augmented=False, seed=training["seed"])
    stack = Stack(training["layers"], training["kind"] == "residual", num_classes=len(data.classes))
    optimizer = make_optimizer(stack, lr, weight_decay=0.0)
    epochs, criterion = training["epochs"], make_criterion()
    milestones = [2 * epochs // 3, 5 * epochs // 6]
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=0.1)
    losses = []
    start = time.perf_counter()
    for _ in range(epochs):
        losses.append(train_one_epoch(stack, loader, criterion, optimizer, CPU))
        schedule.step()
    seconds = time.perf_counter() - start
    estimate_statistics(stack, loader)
    loss, accuracy = evaluate(stack, loader, criterion, CPU)
    return {
        "losses": [round(loss, 4) for loss in losses],
        "loss_in_evaluation": loss,
        "accuracy": accuracy,
        "seconds": seconds,
    }


def summarize(curves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each depth, kind and length: means over the seeds, and the extremes of the
    loss.
    """

    def key(curve: dict[str, Any]) -> tuple[int, int, str]:
        return curve["epochs"], curve["layers"], curve["kind"]

    rows = []
    for (epochs, depth, kind), group in groupby(sorted(curves, key=key), key):
        of_seeds = list(group)
        last = [curve["losses"][-1] for curve in of_seeds]
        rows.append(
            {
                "layers": depth,
                "kind": kind,
                "epochs": epochs,
                "seeds": len(of_seeds),
                "loss": statistics.mean(last),
                "lowest": min(last),
                "highest": max(last),
                "loss_in_evaluation": statistics.mean(c["loss_in_evaluation"] for c in of_seeds),
                "accuracy": statistics.mean(curve["accuracy"] for curve in of_seeds),
                "seconds": statistics.mean(curve["seconds"] for curve in of_seeds),
            }
        )
    return rows


def main() -> None:
    """Run the trainings that are not recorded yet, as far as the time allows."""
    parser = records.make_parser(__doc__)
    parser.add_argument("--data", default="cifar10")
    parser.add_argument("--images", type=int, default=4_000, help="to train on")
    parser.add_argument("--depths", type=int, nargs="+", default=[8, 24, 48])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.05)
    arguments = parser.parse_args()
    settings = records.settings_of(arguments)
    settings |= {"momentum": 0.9, "weight_decay": 0.0, "network": "Stack of chapter 3, 16 channels"}
    folder = arguments.runs / NAME
    curves = run_files.read_rows(folder / run_files.CURVES)
    records.describe(folder, settings, curves)
    data = some_images(load_dataset(arguments.data), arguments.images)
    for training in records.unrecorded(
        trainings(arguments.depths, arguments.epochs, arguments.seeds),
        lambda each: records.holds(curves, each),
        arguments.time_limit,
    ):
        result = train(training, data, arguments.lr, arguments.batch_size)
        curves.append(training | result)
        run_files.write_rows(folder / run_files.CURVES, curves)
        run_files.write_rows(folder / run_files.ROWS, summarize(curves))
        print(
            "{layers:3} layers, {kind:8}, seed {seed}, {epochs} epochs: ".format(**training)
            + "loss {:.3f}, in evaluation {:.3f}, accuracy {:.1f}%".format(
                result["losses"][-1], result["loss_in_evaluation"], result["accuracy"]
            )
        )


if __name__ == "__main__":
    main()
