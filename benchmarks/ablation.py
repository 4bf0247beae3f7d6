"""What each part of the recipe `full` is worth: the accuracy with that part alone left out.

    bash benchmarks/record_run.sh ablation        the whole network, 45,000 images to train, 10
                                                  epochs: for a GPU
    bash benchmarks/record_run.sh ablation-cpu    a narrow network, 5,000 images to train, 30 epochs

Both test on 5,000 training images that are held out; the test set is not touched. Each training
adds a line to runs/NAME/rows.jsonl, and a training that has a line is not repeated. Seconds count
training without testing. With --keep the same lines are also written to NAME in a second folder,
and read from there: it may be in a place that outlives this one.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import nn

from tutorial_code.ch01_images import ImageData, load_dataset
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import make_criterion, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch07_results import standard_error
from tutorial_code.ch08_learning import use_small_stem
from tutorial_code.runs import run_files
from tutorial_code.runs.config import Config, configure
from tutorial_code.runs.hardware import Hardware, choose_hardware
from tutorial_code.runs.training_setup import (
    TrainingSetup,
    build,
    make_network,
    use_validation_split,
    wrap_for_loops,
)

ROOT = Path(__file__).parent.parent
HELD_OUT = 5_000
SCALES = {  # images to train on, epochs, batch size
    "ablation": (45_000, 10, 512),
    "ablation-cpu": (5_000, 30, 128),
}
LEFT_OUT = {
    "nothing": {},
    "3×3 stem": {"stem": "7x7"},
    "shift and mirror": {"augment": False},
    "cutout": {"cutout": 0},
    "warm-up": {"warmup_epochs": 0},
    "warm-up and cosine": {"schedule": "constant"},
    "Nesterov": {"nesterov": False},
    "weight decay": {"weight_decay": 0.0},
    "sparing norms and biases": {"decay_on": "all"},
    "label smoothing": {"label_smoothing": 0.0},
    "zero-initialized BatchNorm": {"zero_init": False},
    "nothing, seed 1": {"seed": 1},
    "nothing, seed 2": {"seed": 2},
}
# Of the network with every part.
TEST_VARIANTS = ("average of the weights", "flips at test time")


class NarrowResNet(ResNet50):
    """A ResNet for a CPU: one bottleneck block in each stage, a quarter of the channels."""

    def __init__(self, num_classes: int, width: int = 16) -> None:
        super().__init__(num_blocks=(1, 1, 1, 1), num_classes=num_classes)
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2_x = self._stage(width, width, 1, stride=1)
        self.conv3_x = self._stage(4 * width, 2 * width, 1, stride=2)
        self.conv4_x = self._stage(8 * width, 4 * width, 1, stride=2)
        self.conv5_x = self._stage(16 * width, 8 * width, 1, stride=2)
        self.fc = nn.Linear(32 * width, num_classes)


def narrow_network(config: Config, hardware: Hardware, classes: int, _: object) -> nn.Module:
    """Return the narrow network with the requested stem."""
    network = NarrowResNet(classes)
    return use_small_stem(network) if config.stem == "3x3" else network


def split(data: ImageData, images: int) -> ImageData:
    """Return ``images`` training images, and 5,000 others of them to test on."""
    data = use_validation_split(data, HELD_OUT, seed=0)
    return data._replace(
        train_images=data.train_images[:images], train_labels=data.train_labels[:images]
    )


def row(name: str, accuracy: float, seconds: float, images: int) -> dict:
    """Return a line of the record: what was left out, and the result."""
    return {
        "left_out": name,
        "accuracy": accuracy,
        "standard_error": standard_error(accuracy, HELD_OUT),
        "seconds_an_epoch": seconds,
        "images_per_second": images / seconds,
        "memory_gb": torch.cuda.max_memory_allocated() / 1e9 if torch.cuda.is_available() else None,
    }


def train(name: str, config: Config, data: ImageData, make: Callable[..., nn.Module]) -> list[dict]:
    """Train once; return its row and, if nothing is left out, those of other ways to test."""
    hardware = choose_hardware(config)
    if hardware.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    setup = build(config, data, hardware, make=make)
    seconds = []
    for _ in range(config.epochs):
        start = time.perf_counter()
        train_one_epoch(
            setup.model, setup.train_loader, setup.criterion, setup.optimizer, hardware.device
        )
        seconds.append(time.perf_counter() - start)
    typical, images = statistics.median(seconds), len(setup.train_loader) * config.batch_size
    models = {name: setup.model}
    if name == "nothing":
        models |= test_variants(config, data, hardware, setup)
    rows = []
    for tested, model in models.items():
        accuracy = evaluate(model, setup.test_loader, make_criterion(), hardware.device)[1]
        rows.append(row(tested, accuracy, typical, images))
    return rows


def test_variants(
    config: Config, data: ImageData, hardware: Hardware, setup: TrainingSetup
) -> dict[str, nn.Module]:
    """Return the trained network without its average, and without its mirror image."""
    one_view = replace(config, tta=False)
    models = (
        wrap_for_loops(config, hardware, data.may_flip, setup.network),
        wrap_for_loops(one_view, hardware, data.may_flip, setup.ema.module),
    )
    return dict(zip(TEST_VARIANTS, models, strict=True))


def main() -> None:
    """Run the trainings that are not recorded yet, as far as the time allows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=SCALES)
    parser.add_argument("--data", default="cifar10")
    parser.add_argument("--keep", type=Path, help="a second folder for what is recorded")
    parser.add_argument("--time-limit", type=float, default=float("inf"), help="minutes")
    arguments = parser.parse_args()
    began = time.monotonic()

    images, epochs, batch_size = SCALES[arguments.name]
    narrow = arguments.name == "ablation-cpu"
    base = configure(
        {
            "recipe": "full",
            "data": arguments.data,
            "mirror": True,
            "epochs": epochs,
            "batch_size": batch_size,
            "warmup_epochs": 2,
            "device": "cpu" if narrow else "cuda",
            "compile": not narrow,  # on a CPU it takes longer than it saves in a short training
        }
    )
    facts = {
        "network": "NarrowResNet of benchmarks/ablation.py" if narrow else "ResNet50",
        "training_images": images,
        "held_out": HELD_OUT,
        **asdict(base),
    }
    machine = choose_hardware(base).describe()
    folders = [place / arguments.name for place in (ROOT / "runs", arguments.keep) if place]
    rows = recorded_rows(folders, facts)
    for folder in folders:
        run_files.write_json(folder / run_files.CONFIG, facts)
        run_files.write_json(folder / run_files.ENVIRONMENT, machine)
        run_files.write_rows(folder / run_files.ROWS, rows)
    data = split(load_dataset(arguments.data, mirror=True), images)
    longest = 0.0
    for name, change in LEFT_OUT.items():
        if any(row["left_out"] == name for row in rows):
            continue
        if (time.monotonic() - began + longest) / 60 > arguments.time_limit:
            print("stopped at the time limit; the same command continues")
            return
        start = time.monotonic()
        make = narrow_network if narrow else make_network
        for result in train(name, replace(base, **change), data, make):
            rows.append(result)
            accuracy, seconds = result["accuracy"], result["seconds_an_epoch"]
            print(f"without {result['left_out']:28} {accuracy:6.2f}%  {seconds:6.1f} s")
        for folder in folders:
            run_files.write_rows(folder / run_files.ROWS, rows)
        longest = max(longest, time.monotonic() - start)
    print(f"recorded in runs/{arguments.name}")


def recorded_rows(folders: list[Path], facts: dict) -> list[dict]:
    """Return the rows that the folders already hold; missing folders are created."""
    rows = []
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        old, lines = folder / run_files.CONFIG, folder / run_files.ROWS
        if old.exists() and json.loads(old.read_text(encoding="utf-8")) != json.loads(
            json.dumps(facts)
        ):
            raise SystemExit(
                f"{folder} holds rows of another configuration: delete them to record this one."
            )
        if lines.exists():
            rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    return rows


if __name__ == "__main__":
    main()
