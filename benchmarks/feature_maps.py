"""The maps of a trained ResNet-50, and of a fresh one, for a few test digits.

    bash benchmarks/record_run.sh feature-maps

The chapters' own network is trained by the chapters' own loops on the digits, enlarged to 128×128
pixels. It is kept in my_runs/feature-maps after every epoch, so that the same command continues
after an interruption. Then runs/feature-maps gets maps.jsonl (the trained network) and fresh.jsonl
(the weights that the training began with): a row for each image, with its maps as PNG in base64, so
that whoever shows them needs no weights.

Which images, and which of their maps, ``chosen_maps.py`` decides.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from chosen_maps import choose_images, describe_maps, png, probabilities
from records import ROOT, row_of_epoch
from torch import Tensor, nn

from tutorial_code.ch01_images import ImageData, load_dataset, make_loaders
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import add_schedule, initialize, make_optimizer
from tutorial_code.ch09_speed import Accelerated
from tutorial_code.runs import run_files
from tutorial_code.runs.hardware import choose_precision, describe_machine

NAME = "feature-maps"
CPU = torch.device("cpu")


def enlarged(data: ImageData, size: int) -> ImageData:
    """Return the data with images of ``size`` × ``size`` pixels and shifts in proportion."""

    def enlarge(images: Tensor) -> Tensor:
        larger = F.interpolate(images.float(), size=(size, size), mode="bilinear")
        return larger.round().byte()

    return data._replace(
        train_images=enlarge(data.train_images),
        test_images=enlarge(data.test_images),
        max_shift=data.max_shift * size // data.train_images.shape[-1],
    )


def train(data: ImageData, settings: dict[str, Any], kept: Path) -> tuple[nn.Module, list[dict]]:
    """Train the network, or continue, and keep it in ``kept`` after every epoch; return it with a
    row for each epoch.
    """
    torch.manual_seed(settings["seed"])
    loaders = make_loaders(data, settings["batch_size"], seed=settings["seed"])
    network = initialize(ResNet50(num_classes=len(data.classes)))
    optimizer = make_optimizer(network, settings["lr"])
    steps = len(loaders[0])
    schedule = add_schedule(optimizer, settings["epochs"] * steps, warmup_steps=steps)
    model = Accelerated(network, settings["precision"])
    rows: list[dict] = []
    if kept.exists():
        state = torch.load(kept)
        if state["settings"] != settings:
            raise SystemExit(f"{kept} is of another configuration: delete it to train this one.")
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        loaders[0].generator.set_state(state["order"])
        torch.set_rng_state(state["random"])
        rows = state["rows"]
    for epoch in range(len(rows) + 1, settings["epochs"] + 1):
        rows.append(row_of_epoch(epoch, model, loaders, optimizer))
        state = {
            "settings": settings,
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "order": loaders[0].generator.get_state(),
            "random": torch.get_rng_state(),
            "rows": rows,
        }
        run_files.write_atomically(kept, lambda file, state=state: torch.save(state, file))
    return network, rows


def with_statistics(network: ResNet50, data: ImageData, images: int = 64) -> ResNet50:
    """Set the running statistics of BatchNorm to those of some training images; return the network
    in evaluation mode.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0  # nothing is left of what they were
    batch, _ = next(iter(make_loaders(data, images, augmented=False)[0]))
    with torch.no_grad():
        network.train()(batch)
    return network.eval()


def main() -> None:
    """Train what is not trained yet, and write the maps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=128, help="pixels a side")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.03)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs", help="where it is recorded")
    parser.add_argument("--keep", type=Path, default=ROOT / run_files.MY_RUNS / NAME)
    arguments = parser.parse_args()

    settings = {key: value for key, value in vars(arguments).items() if key not in ("runs", "keep")}
    settings |= {"data": "digits", "precision": choose_precision("auto", CPU)[0]}
    arguments.keep.mkdir(parents=True, exist_ok=True)
    small = load_dataset("digits")
    data = enlarged(small, arguments.size)
    network, epochs = train(data, settings, arguments.keep / run_files.CHECKPOINT)

    images = torch.cat([batch for batch, _ in make_loaders(data)[1]])
    likely = probabilities(network, images)
    chosen = choose_images(likely, data.test_labels)
    facts = [
        {
            "test_image": number,
            "label": int(data.test_labels[number]),
            "predicted": int(likely[number].argmax()),
            "probability": round(likely[number].max().item(), 4),
        }
        for number in chosen
    ]
    folder = arguments.runs / NAME
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings["seed"])
    # The weights that the training began with. The statistics that it began with are of no images.
    fresh = with_statistics(initialize(ResNet50(num_classes=len(data.classes))), data)
    inputs = [{**fact, "png": png(small.test_images[fact["test_image"], 0])} for fact in facts]
    for name, of in (("maps.jsonl", network), ("fresh.jsonl", fresh)):
        seen = probabilities(of, images[chosen])
        run_files.write_rows(folder / name, describe_maps(of, images[chosen], seen, inputs))
    run_files.write_json(folder / run_files.CONFIG, settings)
    run_files.write_json(folder / run_files.ENVIRONMENT, describe_machine(CPU))
    run_files.write_rows(folder / run_files.ROWS, [*epochs, *facts])
    print(f"recorded in {folder}")


if __name__ == "__main__":
    main()
