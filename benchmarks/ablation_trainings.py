"""The trainings of ``ablation.py``: which there are, and how one is done."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from steady_start import warm_up
from torch import Tensor, nn

from tutorial_code.ch01_images import ImageData, load_dataset
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch05_training import train_one_epoch
from tutorial_code.ch08_learning import combinations, use_small_stem
from tutorial_code.data.device_loader import DeviceLoader
from tutorial_code.runs.chosen_images import use_validation_split
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import Hardware, choose_hardware
from tutorial_code.runs.training_setup import build, wrap_for_loops

HELD_OUT = 20_000
OPTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {  # of each part: on, off
    "crop and mirror": ({"augment": True}, {"augment": False}),
    "cutout": ({"cutout": 8}, {"cutout": 0}),
    "label smoothing": ({"label_smoothing": 0.1}, {"label_smoothing": 0.0}),
    "cosine": ({"schedule": "cosine"}, {"schedule": "constant"}),
    "weight decay": ({"weight_decay": 5e-4}, {"weight_decay": 1e-4}),
    "sparing norms and biases": ({"decay_on": "weights"}, {"decay_on": "all"}),
    "zero-initialization": ({"zero_init": True}, {"zero_init": False}),
    "Nesterov": ({"nesterov": True}, {"nesterov": False}),
}
VIEWS = ("accuracy", "mirrored", "averaged", "averaged_and_mirrored")  # of a trained network


class NarrowResNet(ResNet50):
    """A ResNet with bottleneck blocks that has fewer of them, or fewer channels."""

    def __init__(
        self, num_classes: int, num_blocks: tuple[int, ...] = (1, 1, 1, 1), width: int = 16
    ) -> None:
        super().__init__(num_blocks=num_blocks, num_classes=num_classes)
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2_x = self._stage(width, width, num_blocks[0], stride=1)
        self.conv3_x = self._stage(4 * width, 2 * width, num_blocks[1], stride=2)
        self.conv4_x = self._stage(8 * width, 4 * width, num_blocks[2], stride=2)
        self.conv5_x = self._stage(16 * width, 8 * width, num_blocks[3], stride=2)
        self.fc = nn.Linear(32 * width, num_classes)


class Scale(NamedTuple):
    """How large the experiment is."""

    images: int  # to train on
    seeds: int  # of each combination
    blocks: tuple[int, ...]  # of each stage
    width: int  # channels of the stem
    options: dict[str, Any]  # of the configuration
    pilots: int = 0  # trainings by the plain recipe
    rates: tuple[float, ...] = ()  # that are tried with and without warm-up
    depths: tuple[tuple[int, ...], ...] = ()  # whose first steps are looked at


class Training(NamedTuple):
    """One training."""

    about: dict[str, Any]  # what names it in the record
    config: Config
    blocks: tuple[int, ...]
    width: int
    warmup: bool = False  # of an otherwise constant rate
    steps: int = 0  # look only at the losses of so many; 0: train to the end, and test


class Result(NamedTuple):
    """What came of a training."""

    row: dict[str, Any]
    losses: list[float]
    right: np.ndarray | None  # (view, image): which images it classified right


def all_trainings(scale: Scale, base: Config) -> Iterator[Training]:
    """Yield the trainings in the order of the record."""
    net = scale.blocks, scale.width
    off = {name: value for _, without in OPTIONS.values() for name, value in without.items()}
    plain = replace(base, **off | {"schedule": "cosine"})
    for seed in range(scale.pilots):
        about = {"experiment": "pilot", "seed": seed}
        yield Training(about, replace(plain, seed=seed), *net)
    steady = replace(base, schedule="constant", label_smoothing=0.0, cutout=0)
    for rate in scale.rates:
        for warmup in (False, True):
            for seed in range(3):
                config = replace(steady, lr=rate, epochs=3, seed=seed)
                about = {"experiment": "rates", "lr": rate, "warmup": warmup, "seed": seed}
                yield Training(about, config, *net, warmup, steps=3 * steps_of(scale, config))
    for blocks in scale.depths:
        for zero_init in (False, True):
            for seed in range(3):
                config = replace(steady, zero_init=zero_init, epochs=2, seed=seed)
                about = {"experiment": "start", "layers": 2 + 3 * sum(blocks)}
                about |= {"zero_init": zero_init, "seed": seed}
                yield Training(about, config, blocks, scale.width, steps=100)
    for seed in range(scale.seeds):
        for number, parts in enumerate(combinations()):
            chosen = [OPTIONS[part][0 if on else 1] for part, on in parts.items()]
            options = {name: value for each in chosen for name, value in each.items()}
            about = {"experiment": "design", "combination": number, "seed": seed} | parts
            yield Training(about, replace(base, **options, seed=seed), *net)


def steps_of(scale: Scale, config: Config) -> int:
    """Return the steps of an epoch; an incomplete last batch is dropped."""
    return scale.images // config.batch_size


def split(data: ImageData, images: int) -> ImageData:
    """Return ``images`` training images, and 20,000 others of them to test on."""
    data = use_validation_split(data, HELD_OUT, seed=0)
    return data._replace(
        train_images=data.train_images[:images], train_labels=data.train_labels[:images]
    )


def train(training: Training, images: int) -> Result:
    """Do a training, in one thread of a CPU or on a GPU."""
    config = training.config
    hardware = choose_hardware(config)
    data = split(load_dataset(config.data, mirror=config.may_mirror), images)

    def make(config: Config, hardware: Hardware, classes: int, _: object) -> nn.Module:
        network = NarrowResNet(classes, training.blocks, training.width)
        return use_small_stem(network, config.small_stem_stride or 1)

    setup = build(config, data, hardware, make=make)
    start = time.perf_counter()
    parts = setup.model, setup.criterion, setup.optimizer, hardware.device
    losses = []
    if training.steps:
        if training.warmup:
            warm_up(setup.optimizer, len(setup.train_loader))
        while len(losses) < training.steps:
            for batch in islice(setup.train_loader, training.steps - len(losses)):
                losses.append(_train_on([batch], *parts))
        last = losses[-len(setup.train_loader) :]
        row = {"loss": sum(last) / len(last), "seconds": time.perf_counter() - start}
        return Result(training.about | row, losses, None)
    losses = [_train_on(setup.train_loader, *parts) for _ in range(config.epochs)]
    seconds = time.perf_counter() - start
    one_view = replace(config, tta=False)
    raw, averaged = (
        wrap_for_loops(one_view, hardware, data.may_flip, network)
        for network in (setup.network, setup.ema.module)
    )
    right = np.concatenate([_right(model, setup.test_loader) for model in (raw, averaged)])
    known = DeviceLoader(
        data.train_images.to(hardware.device),
        data.train_labels.to(hardware.device),
        config.batch_size,
        setup.test_loader.prepare,
    )
    row = {"train_accuracy": 100 * float(_right(raw, known)[0].mean())}
    row |= {view: 100 * float(of_view.mean()) for view, of_view in zip(VIEWS, right, strict=True)}
    return Result(training.about | row | {"seconds": seconds}, losses, right)


def _train_on(batches: Any, *parts: Any) -> float:
    model, criterion, optimizer, device = parts
    return round(train_one_epoch(model, batches, criterion, optimizer, device), 4)


@torch.no_grad()
def _right(model: nn.Module, loader: DeviceLoader) -> np.ndarray:
    """Return which images are classified right, alone and together with their mirror image."""
    model.eval()
    found: list[Tensor] = []
    for images, labels in loader:
        logits = model(images)
        both = logits + model(images.flip(-1))
        found.append(
            torch.stack([logits.argmax(dim=1) == labels, both.argmax(dim=1) == labels]).cpu()
        )
    return torch.cat(found, dim=1).numpy()
