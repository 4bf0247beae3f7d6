"""How much the result of a training depends on its seed, and when the same seed gives the same.

    bash benchmarks/record_run.sh seeds-cpu

The chapters' own network learns the digits by the chapters' own loops, with the rate and the number
of epochs of `resnet50 train`, once for each seed; then seed 0 again, also with two threads.
After each epoch the network is tested twice: as it is, and as a copy whose running statistics are
estimated anew over all training images. Every training adds a line to runs/seeds-cpu/curves.jsonl,
with the test images that it misclassifies at the end, and one to rows.jsonl. A training that has a
line is not repeated.
"""

import copy
from typing import Any

import records
import torch
from torch.utils.data import DataLoader

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import (
    add_schedule,
    initialize,
    make_criterion,
    make_optimizer,
    train_one_epoch,
)
from tutorial_code.ch06_testing import estimate_statistics, evaluate
from tutorial_code.ch07_results import predict, standard_error
from tutorial_code.ch09_speed import Accelerated
from tutorial_code.runs import run_files
from tutorial_code.runs.hardware import choose_precision

NAME = "seeds-cpu"
CPU = torch.device("cpu")


def trainings(seeds: int) -> dict[str, tuple[int, int]]:
    """Return the seed and the number of threads of each training, by its name."""
    return {
        **{f"seed {seed}": (seed, 1) for seed in range(seeds)},
        "seed 0 again": (0, 1),
        "seed 0, two threads": (0, 2),
    }


def train(seed: int, settings: dict[str, Any]) -> dict[str, Any]:
    """Train once; return the values of each epoch, and what is misclassified in the end."""
    torch.manual_seed(seed)
    data = load_dataset("digits")
    loader, test_loader = make_loaders(data, settings["batch_size"], seed=seed)
    plain, _ = make_loaders(data, settings["batch_size"], augmented=False, seed=seed)
    network = initialize(ResNet50(num_classes=len(data.classes)))
    model = Accelerated(network, settings["precision"])
    criterion, optimizer = make_criterion(), make_optimizer(network, settings["lr"])
    steps = len(loader)
    add_schedule(optimizer, settings["epochs"] * steps, warmup_steps=steps)
    values: dict[str, list[float]] = {
        name: [] for name in ("train_losses", "test_losses", "accuracies", "anew")
    }
    for _ in range(settings["epochs"]):
        loss = train_one_epoch(model, loader, criterion, optimizer, CPU)
        test_loss, accuracy = evaluate(model, test_loader, criterion, CPU)
        anew = accuracy_with_new_statistics(model, plain, test_loader)
        for known, value in zip(values.values(), (loss, test_loss, accuracy, anew), strict=True):
            known.append(round(value, 6))
    predicted = predict(model, test_loader, CPU).argmax(dim=1)
    wrong = (predicted != data.test_labels).nonzero().flatten()
    return {**values, "wrong": wrong.tolist(), "taken_for": predicted[wrong].tolist()}


def accuracy_with_new_statistics(
    model: torch.nn.Module, loader: DataLoader, test_loader: DataLoader
) -> float:
    """Return the test accuracy of a copy with statistics that the loader's images give."""
    twin = copy.deepcopy(model)
    estimate_statistics(twin, loader)
    return evaluate(twin, test_loader, make_criterion(), CPU)[1]


def rows_of(curves: list[dict[str, Any]], images: int) -> list[dict[str, Any]]:
    """Return a row for each training, compared with the first one."""
    first, rows = curves[0], []
    for curve in curves:
        accuracy = curve["accuracies"][-1]
        rows.append(
            {
                "name": curve["name"],
                "accuracy": accuracy,
                "standard_error": standard_error(accuracy, images),
                "loss": curve["test_losses"][-1],
                "only_one_right": len(set(curve["wrong"]) ^ set(first["wrong"])),
                "same": "yes" if curve["train_losses"] == first["train_losses"] else "no",
            }
        )
    return rows


def main() -> None:
    """Run the trainings that are not recorded yet."""
    parser = records.make_parser(__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.04)
    arguments = parser.parse_args()
    settings = records.settings_of(arguments) | {"precision": choose_precision("auto", CPU)[0]}
    folder = arguments.runs / NAME
    curves = run_files.read_rows(folder / run_files.CURVES)
    records.describe(folder, settings, curves)
    images = len(load_dataset("digits").test_labels)
    for name, (seed, threads) in records.unrecorded(
        trainings(arguments.seeds).items(),
        lambda each: records.holds(curves, {"name": each[0]}),
        arguments.time_limit,
    ):
        torch.set_num_threads(threads)
        curves.append({"name": name, "seed": seed, "threads": threads, **train(seed, settings)})
        run_files.write_rows(folder / run_files.CURVES, curves)
        run_files.write_rows(folder / run_files.ROWS, rows_of(curves, images))
        print(f"{name}: {curves[-1]['accuracies'][-1]:.2f}%", flush=True)


if __name__ == "__main__":
    main()
