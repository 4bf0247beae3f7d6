"""The maps of a trained ResNet-50, and of a fresh one, for a few test digits.

    bash benchmarks/record_run.sh feature-maps

The chapters' own network is trained by the chapters' own loops on the digits, enlarged to 128×128
pixels. It is kept in my_runs/feature-maps after every epoch, so that the same command continues
after an interruption. Then runs/feature-maps gets maps.jsonl (the trained network) and fresh.jsonl
(the weights that the training began with): a row for each image, with its maps as PNG in base64, so
that whoever shows them needs no weights.

Shown are the first test image of each of the digits 3, 8, 5 and 0 that the network classifies
rightly, and the one test image whose right class got the lowest probability. Of each group, conv1
to conv5_x, six channels are kept that vary strongly over the four digits, and differently from each
other; see ``channels_of``. Each map is scaled by its own maximum to 0 to 255 and stored with that
maximum; its values come after a ReLU, so 0 is 0.
"""

import argparse
import base64
import io
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from tutorial_code.ch01_images import ImageData, load_dataset, make_loaders
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import (
    add_schedule,
    initialize,
    make_criterion,
    make_optimizer,
    train_one_epoch,
)
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch07_results import standard_error
from tutorial_code.ch09_speed import Accelerated
from tutorial_code.runs import run_files
from tutorial_code.runs.hardware import choose_precision, describe_machine

ROOT = Path(__file__).parent.parent
NAME = "feature-maps"
CPU = torch.device("cpu")
DIGITS = (3, 8, 5, 0)
GROUPS = ("conv1", "conv2_x", "conv3_x", "conv4_x", "conv5_x")
CHANNELS = 6
LEVELS = 64  # of gray, evenly spaced in 0 to 255: twice as small as 256, and no eye sees it


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
    train_loader, test_loader = make_loaders(data, settings["batch_size"], seed=settings["seed"])
    network = initialize(ResNet50(num_classes=len(data.classes)))
    optimizer = make_optimizer(network, settings["lr"])
    steps = len(train_loader)
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
        train_loader.generator.set_state(state["order"])
        torch.set_rng_state(state["random"])
        rows = state["rows"]
    criterion = make_criterion()
    for epoch in range(len(rows) + 1, settings["epochs"] + 1):
        start = time.perf_counter()
        train_loss = train_one_epoch(model, train_loader, criterion, optimizer, CPU)
        seconds = time.perf_counter() - start
        test_loss, accuracy = evaluate(model, test_loader, criterion, CPU)
        rows.append(
            {
                "epoch": epoch,
                "train_loss": train_loss,
                "test_loss": test_loss,
                "accuracy": accuracy,
                "standard_error": standard_error(accuracy, len(data.test_labels)),
                "seconds": seconds,
            }
        )
        print("epoch {epoch:2}  loss {train_loss:.3f}  test {accuracy:.2f}%".format(**rows[-1]))
        state = {
            "settings": settings,
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "order": train_loader.generator.get_state(),
            "random": torch.get_rng_state(),
            "rows": rows,
        }
        run_files.write_atomically(kept, lambda file, state=state: torch.save(state, file))
    return network, rows


@torch.no_grad()
def groups_of(network: ResNet50, images: Tensor) -> dict[str, Tensor]:
    """Return what each group gives for the images, after its last ReLU."""
    x = network.relu(network.bn1(network.conv1(images)))
    found = {"conv1": x}
    x = network.maxpool(x)
    for name in GROUPS[1:]:
        x = getattr(network, name)(x)
        found[name] = x
    return found


@torch.no_grad()
def probabilities(network: nn.Module, images: Tensor, batch_size: int = 60) -> Tensor:
    """Return the probability of each class for each image, in evaluation mode."""
    network.eval()
    return torch.cat([network(batch).softmax(dim=1) for batch in images.split(batch_size)])


def choose_images(likely: Tensor, labels: Tensor) -> list[int]:
    """Return the first rightly classified image of each of ``DIGITS``, and the image whose right
    class is the least probable.
    """
    right = likely.argmax(dim=1) == labels
    chosen = []
    for digit in DIGITS:
        of_class = (right & (labels == digit)).nonzero().flatten().tolist()
        if not of_class:
            raise SystemExit(
                f"No test image of the digit {digit} is classified rightly: train for longer."
            )
        chosen.append(of_class[0])
    return [*chosen, int(likely[torch.arange(len(labels)), labels].argmin())]


def channels_of(maps: Tensor) -> list[int]:
    """Return channels of (images, channels, h, w) that show different things.

    The first is the one with the largest standard deviation over images and positions. Each next
    one is the least correlated with those before it, among the channels with at least half of that
    standard deviation.
    """
    values = maps.transpose(0, 1).flatten(1)  # (channels, images * h * w)
    spread = values.std(dim=1)
    strong = (spread >= spread.max() / 2).nonzero().flatten()
    correlation = torch.corrcoef(values[strong]).abs() if len(strong) > 1 else torch.ones(1, 1)
    chosen = [int(spread[strong].argmax())]
    while len(chosen) < min(CHANNELS, len(strong)):
        alike = correlation[chosen].amax(dim=0)
        alike[chosen] = torch.inf
        chosen.append(int(alike.argmin()))
    return sorted(strong[chosen].tolist())


def png(gray: Tensor) -> str:
    """Return a gray image (h, w) of bytes as a PNG in base64."""
    step = 255 / (LEVELS - 1)
    reduced = ((gray.float() / step).round() * step).round().byte()
    buffer = io.BytesIO()
    Image.fromarray(reduced.numpy()).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def strip(maps: Tensor) -> tuple[str, list[float]]:
    """Return maps (channels, h, w) side by side as one image, each scaled by its own maximum, and
    the maxima.
    """
    most = maps.amax(dim=(1, 2))
    scaled = maps / most.clamp(min=1e-12)[:, None, None] * 255
    return png(torch.cat(list(scaled.round().byte()), dim=1)), [round(m.item(), 3) for m in most]


def describe_maps(
    network: ResNet50, images: Tensor, likely: Tensor, facts: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return a row for each image: its maps after each group, and its probabilities.

    Args:
        network: in evaluation mode.
        images: the chosen images (n, 3, h, w), normalized; the first four decide on the channels.
        likely: their probabilities (n, classes).
        facts: what is said of each image besides these.
    """
    rows = [
        {**fact, "probabilities": [round(p.item(), 4) for p in likely[number]], "maps": {}}
        for number, fact in enumerate(facts)
    ]
    for name, maps in groups_of(network, images).items():
        channels = channels_of(maps[: len(DIGITS)])
        for row, of_image in zip(rows, maps, strict=True):
            image, maxima = strip(of_image[channels])
            row["maps"][name] = {
                "of": len(of_image),
                "channels": channels,
                "maxima": maxima,
                "size": of_image.shape[-1],
                "png": image,
            }
    return rows


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
