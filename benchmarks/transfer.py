"""What a network that tells the digits 0 to 4 apart is worth for learning the digits 5 to 9.

    bash benchmarks/record_run.sh transfer-cpu

It takes some 45 minutes of one core. From each of three seeds a ResNet-18 learns the digits 0 to 4.
Then networks learn the digits 5 to 9 from few images and from many: new ones, and ones that begin
with the first network's weights, of which all are trained or the classifier alone. Every training
has the same number of steps. runs/transfer-cpu gets a row for each; a training that has one is not
repeated.
"""

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import records
import torch
from torch import nn

from tutorial_code.ch01_images import ImageData
from tutorial_code.ch05_training import train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.runs import run_files
from tutorial_code.runs.chosen_images import load_data
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.training_setup import build

NAME = "transfer-cpu"
CPU = torch.device("cpu")
FIRST, LAST = "0,1,2,3,4", "5,6,7,8,9"
# Name: whether it begins with the weights of the first network, and the options of its training.
WAYS: dict[str, tuple[bool, dict[str, Any]]] = {
    "from scratch": (False, {}),
    "fine-tuned": (True, {}),
    "fine-tuned, lower rate": (True, {"lr": 0.004}),
    "frozen": (True, {"freeze": True}),
}
IMAGES = (10, 20, 50, 100, 200, 716)  # of the digits 5 to 9, which are 716 in all


def train(config: Config, data: ImageData, steps: int) -> tuple[nn.Module, float]:
    """Train a network for about so many steps; return it with its test accuracy in percent."""
    count = len(data.train_labels)
    config = replace(config, batch_size=min(config.batch_size, count))
    config = replace(config, epochs=math.ceil(steps / math.ceil(count / config.batch_size)))
    setup = build(config, data, choose_hardware(config))
    for _ in range(config.epochs):
        train_one_epoch(setup.model, setup.train_loader, setup.criterion, setup.optimizer, CPU)
    _, accuracy = evaluate(setup.model, setup.test_loader, nn.CrossEntropyLoss(), CPU)
    return setup.network, accuracy


def draw(data: ImageData, count: int, seed: int) -> ImageData:
    """Return the data with so many training images, drawn by the seed, as many of each class as
    that allows.
    """
    order = torch.randperm(len(data.train_labels), generator=torch.Generator().manual_seed(seed))
    labels = data.train_labels[order]
    rank = torch.zeros_like(labels)  # of an image among those of its class
    for label in labels.unique():
        rank[labels == label] = torch.arange(int((labels == label).sum()))
    chosen = order[rank.argsort(stable=True)[:count]]
    return data._replace(
        train_images=data.train_images[chosen], train_labels=data.train_labels[chosen]
    )


def measure(
    seed: int, images: int, way: str, features: Path, steps: int, model: str
) -> dict[str, Any]:
    """Train in one way on so many images; return a row."""
    begins, options = WAYS[way]
    init = {"init": str(features)} if begins else {}
    config = Config(model=model, seed=seed, classes=LAST, device="cpu", **init, **options)
    data = draw(load_data(config), images, seed)
    _, accuracy = train(config, data, steps)
    return {"seed": seed, "images": images, "way": way, "accuracy": round(accuracy, 2)}


def main() -> None:
    """Run the trainings that are not recorded yet, as far as the time allows."""
    parser = records.make_parser(__doc__)
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--steps", type=int, default=84)  # seven epochs of all images
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--images", type=int, nargs="+", default=list(IMAGES))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = arguments.runs / NAME
    rows = run_files.read_rows(folder / run_files.ROWS)
    records.describe(folder, records.settings_of(arguments), rows)
    pieces = (
        {"seed": seed, "images": images, "way": way}
        for seed in range(arguments.seeds)
        for images in arguments.images
        for way in WAYS
    )
    with tempfile.TemporaryDirectory() as place:
        for about in records.unrecorded(
            pieces, lambda each: records.holds(rows, each), arguments.time_limit
        ):
            features = Path(place) / f"{about['seed']}.pth"
            if not features.exists():  # trained again where a recording goes on
                config = Config(
                    model=arguments.model, seed=about["seed"], classes=FIRST, device="cpu"
                )
                network, accuracy = train(config, load_data(config), arguments.steps)
                torch.save(network.state_dict(), features)
                print(f"digits 0 to 4, seed {about['seed']}: {accuracy:.2f}%", flush=True)
            rows.append(
                measure(**about, features=features, steps=arguments.steps, model=arguments.model)
            )
            run_files.write_rows(folder / run_files.ROWS, rows)
            print(about, f"{rows[-1]['accuracy']}%", flush=True)


if __name__ == "__main__":
    main()
