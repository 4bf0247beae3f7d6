"""The steps to a faster training, as ``training_speed.py`` and ``roofline.py`` measure them."""

import itertools
from collections.abc import Callable

import torch
from torch import nn
from torchvision.models import resnet50

from tutorial_code.ch01_images import ImageData
from tutorial_code.ch04_resnet50 import to_torchvision
from tutorial_code.ch05_training import train_one_epoch
from tutorial_code.runs.config import Config
from tutorial_code.runs.hardware import choose_hardware, set_up_backends
from tutorial_code.runs.loop_wrappers import WatchedCriterion
from tutorial_code.runs.training_setup import TrainingSetup, build

PLAIN = "torchvision's resnet50 in a plain loop, fp32"
BASE = {
    "precision": "fp32",
    "channels_last": False,
    "conv1x1_matmul": "off",
    "batch_size": 128,
    "lr": 0.1,
    "schedule": "constant",
}
STEPS = {  # what each row adds to the one above
    "chapters 4 to 7, fp32": {},
    "+ all images on the device": {"loader": "device"},
    "+ channels last": {"channels_last": True},
    "+ TF32": {"tf32": True},
    "+ bf16": {"precision": "bf16"},
    "+ 1×1 convolutions as products": {"conv1x1_matmul": "on"},
    "+ compiled": {"compile": True},
    "+ CUDA graphs": {"cuda_graphs": True},
    "+ batches of 512, rate scaled": {"batch_size": 512, "lr": 0.4, "cuda_graphs": False},
}
GPU_ONLY = {"+ TF32", "+ CUDA graphs"}


def set_up(config: Config, data: ImageData) -> TrainingSetup:
    """Build the objects of a configuration, on the hardware that it asks for."""
    return build(config, data, choose_hardware(config))


def plain_loop(setup: TrainingSetup, device: torch.device) -> Callable[[int], int]:
    """Return the loop that anyone would write around torchvision's network, in fp32, with the
    weights of ``setup``.
    """
    model = resnet50(num_classes=setup.network.fc.out_features)
    if isinstance(setup.network.maxpool, nn.Identity):
        model.conv1 = nn.Conv2d(3, 64, kernel_size=3, padding=1, bias=False)
        model.maxpool = nn.Identity()
    model.load_state_dict(to_torchvision(setup.network.state_dict()))
    model.to(device)
    lr = setup.optimizer.param_groups[0]["lr"]
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)

    def some_batches(count: int) -> int:
        set_up_backends(device, tf32=False)
        model.train()
        done = 0
        for images, labels in itertools.islice(setup.train_loader, count):
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
            done += len(labels)
        return done

    some_batches.model = model
    return some_batches


def our_loop(setup: TrainingSetup, config: Config, device: torch.device) -> Callable[[int], int]:
    """Return the loop of `resnet50 train`, for a number of batches."""
    criterion = WatchedCriterion(setup.criterion)

    def some_batches(count: int) -> int:
        set_up_backends(device, config.tf32)
        before = criterion.images
        batches = itertools.islice(setup.train_loader, count)
        train_one_epoch(setup.model, batches, criterion, setup.optimizer, device)
        return criterion.images - before

    some_batches.model = setup.model
    return some_batches


def configurations(device: torch.device, stem: str, images: int) -> dict[str, Config]:
    """Return every row's configuration by its name, where there are enough images for one batch."""
    configs, options = {}, {**BASE, "stem": stem, "device": device.type}
    for name, change in STEPS.items():
        if name in GPU_ONLY and device.type != "cuda":
            continue
        options |= {
            key: value
            for key, value in change.items()
            if key != "cuda_graphs" or device.type == "cuda"
        }
        if options["batch_size"] <= images:
            configs[name] = Config(**options)
    return configs
