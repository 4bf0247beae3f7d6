"""The trainings of ``depth.py``: which there are, and how one is done, in parts if it is long."""

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from tutorial_code.ch01_images import ImageData, load_dataset
from tutorial_code.ch05_training import make_optimizer, train_one_epoch
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch09_speed import Accelerated
from tutorial_code.ch11_depth import (
    DEPTHS,
    CifarResNet,
    loss_surface,
    random_direction,
    rate_factor,
    signals,
    tiny_digits,
    without_block,
)
from tutorial_code.data.device_loader import DeviceLoader, make_device_loaders
from tutorial_code.runs import run_files
from tutorial_code.runs.chosen_images import use_validation_split

RATE = 0.1
DECAY = 1e-4
HELD_OUT = 5_000  # training images, where not all are trained on
WARMED_UP = 80  # percent: the training error below which the rate is no longer a tenth
SAVE_EVERY = 60  # seconds
LOOKED_AT = 256  # training images, for what is measured of a network
HIGHEST = 1e6  # a loss that is higher, or no number, is written as this
AT = [round(-1 + step / 10, 1) for step in range(21)]  # places along each direction of a surface


class Scale(NamedTuple):
    """How large the experiment is."""

    data: str  # a data set, or the digits with 8×8 pixels
    layers: tuple[int, ...]
    images: tuple[int, ...]  # to train on
    seeds: int
    steps: int
    batch_size: int
    device: str
    jobs: int  # trainings side by side
    surfaces: tuple[int, ...] | None = None  # layers whose loss surface is measured; None: no looks


class Result(NamedTuple):
    """What came of a training: lines for the files of the record."""

    curve: dict[str, Any]
    layers: list[dict[str, Any]]  # signals by layer, fresh and trained
    cuts: list[dict[str, Any]]  # test accuracy without each of the blocks
    surfaces: list[dict[str, Any]]


class ErrorCount(nn.CrossEntropyLoss):
    """The loss, which also counts how many of the images were classified wrong."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self.wrong = torch.zeros((), dtype=torch.int64, device=device)
        self.images = 0

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        self.wrong += (logits.argmax(dim=1) != labels).sum()
        self.images += len(labels)
        return super().forward(logits, labels)

    def take(self) -> float:
        """Return the error in percent since the last call."""
        error = 100 * self.wrong.item() / self.images
        self.wrong.zero_()
        self.images = 0
        return error


def all_trainings(scale: Scale) -> Iterator[dict[str, Any]]:
    """Yield what each training is called by, in the order in which they are begun."""
    for images in scale.images:
        for seed in range(scale.seeds):
            for layers in scale.layers:
                for kind in ("plain", "residual"):
                    yield {"images": images, "layers": layers, "kind": kind, "seed": seed}


def load(scale: Scale, images: int) -> tuple[ImageData, ImageData | None]:
    """Return the data to train and test on, and those with held-out images as the test images."""
    data = tiny_digits() if scale.data == "digits" else load_dataset(scale.data, mirror=True)
    if images == len(data.train_labels):
        return data, None
    held = use_validation_split(data, len(data.train_labels) - images, seed=0)
    return held._replace(test_images=data.test_images, test_labels=data.test_labels), held


def make_network(about: dict[str, Any], classes: int, device: torch.device) -> CifarResNet:
    """Return the fresh network of a training, the same one each time."""
    torch.manual_seed(about["seed"])
    network = CifarResNet(DEPTHS[about["layers"]], about["kind"] == "residual", classes)
    return network.to(device, memory_format=torch.channels_last)


def kept_file(kept: Path, about: dict[str, Any]) -> Path:
    """Return the file in which a training is kept as long as it is not recorded."""
    return kept / "{images}-{layers}-{kind}-{seed}.pt".format(**about)


def train(about: dict[str, Any], scale: Scale, kept: Path, until: float) -> Result | None:
    """Do a training, or go on with it; return nothing if the time is up before its end.

    Args:
        about: what names it.
        scale: of the experiment.
        kept: the folder in which unfinished trainings are kept.
        until: the time, in seconds since the epoch, at which it stops.
    """
    if time.time() >= until:
        return None
    device = torch.device(scale.device)
    torch.backends.cudnn.benchmark = True
    data, held = load(scale, about["images"])
    network = make_network(about, len(data.classes), device)
    optimizer = make_optimizer(network, RATE, weight_decay=DECAY)
    loader, test_loader = make_device_loaders(
        data, scale.batch_size, device, augmented=scale.data != "digits", seed=about["seed"]
    )
    assert loader.generator is not None
    state: dict[str, Any] = {"step": 0, "warming": about["layers"] == max(DEPTHS), "seconds": 0.0}
    state |= {"train_errors": [], "test_errors": []}
    path = kept_file(kept, about)
    if path.exists():
        found = torch.load(path, map_location="cpu")
        if found["scale"] != list(scale):
            raise SystemExit(f"{path} is of another configuration: delete it to train this one.")
        network.load_state_dict(found["network"])
        optimizer.load_state_dict(found["optimizer"])
        loader.generator.set_state(found["order"])
        state = found["state"]

    def set_rate(*_: Any) -> None:
        factor = rate_factor(state["step"], scale.steps) * (0.1 if state["warming"] else 1)
        optimizer.param_groups[0]["lr"] = RATE * factor
        state["step"] += 1

    def save() -> None:
        parts = {"scale": list(scale), "network": network.state_dict(), "state": state}
        parts |= {"optimizer": optimizer.state_dict(), "order": loader.generator.get_state()}
        kept.mkdir(parents=True, exist_ok=True)
        run_files.write_atomically(path, lambda file: torch.save(parts, file))

    optimizer.register_step_pre_hook(set_rate)
    model, criterion = Accelerated(network, "fp32"), ErrorCount(device)
    saved, longest = time.time(), 0.0
    while state["step"] < scale.steps:
        start = time.time()
        if start + longest > until:
            save()
            return None
        batches = islice(loader, scale.steps - state["step"])
        train_one_epoch(model, batches, criterion, optimizer, device)
        state["train_errors"].append(round(criterion.take(), 2))
        state["warming"] = state["warming"] and state["train_errors"][-1] >= WARMED_UP
        state["test_errors"].append(round(error_of(model, test_loader, device), 2))
        longest = max(longest, time.time() - start)
        state["seconds"] += time.time() - start
        if time.time() - saved > SAVE_EVERY:
            save()
            saved = time.time()

    def in_order(images: Tensor, labels: Tensor) -> DeviceLoader:
        parts = images.to(device), labels.to(device)
        return DeviceLoader(*parts, scale.batch_size, test_loader.prepare)

    known = in_order(data.train_images, data.train_labels)
    curve = about | {"train_error": error_of(model, known, device)}
    curve["test_error"] = error_of(model, test_loader, device)
    if held is not None:
        others = in_order(held.test_images, held.test_labels)
        curve["validation_error"] = error_of(model, others, device)
    curve |= {key: state[key] for key in ("seconds", "train_errors", "test_errors")}
    result = Result(curve, [], [], [])
    if scale.surfaces is not None:
        images, labels = data.train_images[:LOOKED_AT], data.train_labels[:LOOKED_AT]
        look(about, network, (test_loader.prepare(images), labels), test_loader, scale, result)
    return result


def error_of(model: nn.Module, loader: Any, device: torch.device) -> float:
    """Return the error of a network in percent, in evaluation mode."""
    with torch.no_grad():
        return 100 - evaluate(model, loader, nn.CrossEntropyLoss(), device)[1]


def look(
    about: dict[str, Any],
    network: CifarResNet,
    batch: tuple[Tensor, Tensor],
    test_loader: DeviceLoader,
    scale: Scale,
    result: Result,
) -> None:
    """Measure what passes through a trained network, what its blocks are worth, and the surface of
    its loss; add it to the result.
    """
    fresh = make_network(about, network.fc.out_features, batch[0].device)
    for when, model in (("fresh", fresh), ("trained", network)):
        found = signals(model, *batch)._asdict()
        rounded = {key: [float(f"{value:.3g}") for value in found[key]] for key in found}
        result.layers.append(about | {"when": when} | rounded)
    cpu = torch.device("cpu")
    left = [
        round(100 - error_of(without_block(network, number), test_loader, cpu), 2)
        for number in range(len(network.blocks))
    ]
    result.cuts.append(
        about | {"whole": round(100 - result.curve["test_error"], 2), "without": left}
    )
    assert scale.surfaces is not None
    if about["layers"] in scale.surfaces:
        directions = [random_direction(network, 2 * about["seed"] + which) for which in range(2)]
        losses = loss_surface(network, *batch, *directions, AT)
        losses = losses.nan_to_num(HIGHEST, HIGHEST).clamp(max=HIGHEST)
        shown = [[float(f"{loss:.3g}") for loss in row] for row in losses.tolist()]
        result.surfaces.append(about | {"losses": shown})
