"""A small network for the page "Try your network", which the site brings along.

    bash benchmarks/record_run.sh digits-small

Chapter 10's network with bottleneck blocks, narrow and with chapter 8's small stem, is trained by
the chapters' own loops on the digits. runs/digits-small gets a row for each epoch, and the weights
in weights.safetensors, in the form that ``resnet50 export`` writes. They are stored as half floats,
which halves the file, and the last row is what these give.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from records import ROOT, row_of_epoch
from torch import nn

from tutorial_code.ch01_images import ImageData, channel_statistics, load_dataset, make_loaders
from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch05_training import (
    add_schedule,
    initialize,
    make_criterion,
    make_optimizer,
)
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch08_learning import use_small_stem
from tutorial_code.ch10_family import BasicBlock, ResNet
from tutorial_code.runs import run_files
from tutorial_code.runs.hardware import describe_machine
from tutorial_code.runs.weights_file import file_content

NAME = "digits-small"
WEIGHTS = "weights.safetensors"
STEM = "3x3"
CPU = torch.device("cpu")


class NarrowResNet(ResNet):
    """A network of the family in which every stage is narrower; the stem keeps its 64 channels."""

    part = 6, 64  # so many of so many channels

    def _stage(
        self, block: type[BasicBlock] | type[Bottleneck], channels: int, blocks: int, stride: int
    ) -> nn.Sequential:
        some, of = self.part
        return super()._stage(block, channels * some // of, blocks, stride)


def make_network(blocks: list[int], classes: int) -> nn.Module:
    """Return the network with PyTorch's own first weights."""
    return use_small_stem(NarrowResNet(Bottleneck, blocks, classes))


def train(network: nn.Module, data: ImageData, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """Train a network with chapter 5's recipe; return a row for each epoch."""
    loaders = make_loaders(data, settings["batch_size"], seed=settings["seed"])
    optimizer = make_optimizer(initialize(network), settings["lr"])
    steps = len(loaders[0])
    add_schedule(optimizer, settings["epochs"] * steps, warmup_steps=steps)
    rows = []
    for epoch in range(1, settings["epochs"] + 1):
        rows.append(row_of_epoch(epoch, network, loaders, optimizer))
    return rows


def halved(network: nn.Module) -> dict[str, torch.Tensor]:
    """Return the weights as half floats, and let the network have what is left of them."""
    half = {
        name: value.half() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    network.load_state_dict(half)  # which makes single floats of them again
    return half


def main() -> None:
    """Train the network, and write its rows and its weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, nargs=4, default=[2, 2, 2, 2], help="in each stage")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs", help="where it is recorded")
    arguments = parser.parse_args()
    settings = {key: value for key, value in vars(arguments).items() if key != "runs"}

    torch.manual_seed(settings["seed"])
    data = load_dataset("digits")
    network = make_network(settings["blocks"], len(data.classes))
    rows = train(network, data, settings)

    half = halved(network)
    loss, accuracy = evaluate(network, make_loaders(data)[1], make_criterion(), CPU)
    mean, std = channel_statistics(data.train_images)
    facts = {
        "classes": data.classes,
        "mean": mean,
        "std": std,
        "model": "a narrow network with bottleneck blocks",
        "stem": STEM,
        "image_size": data.train_images.shape[-1],
        "blocks": settings["blocks"],
    }
    content = file_content(half, facts)
    parameters = sum(each.numel() for each in network.parameters())
    stored = {
        "parameters": parameters,
        "bytes": len(content),
        "stored_loss": loss,
        "stored_accuracy": accuracy,
    }
    folder = arguments.runs / NAME
    folder.mkdir(parents=True, exist_ok=True)
    run_files.write_atomically(folder / WEIGHTS, lambda file: file.write(content))
    run_files.write_json(folder / run_files.CONFIG, settings | {"data": "digits"})
    run_files.write_json(folder / run_files.ENVIRONMENT, describe_machine(CPU))
    run_files.write_rows(folder / run_files.ROWS, [*rows, stored])
    print(f"stored: {parameters:,} parameters, {len(content):,} bytes, {accuracy:.2f}%")
    print(f"recorded in {folder}")


if __name__ == "__main__":
    main()
