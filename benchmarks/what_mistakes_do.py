"""What each catalogued mistake in the network, the optimizer, the loss or the training loop does.

    bash benchmarks/record_run.sh mistakes-cpu

A ResNet-50 of a quarter of the width learns the digits for three epochs, with the functions of
chapters 3 to 6, one of them in its wrong version, three seeds each, and the start of chapter 5.
runs/mistakes-cpu/rows.jsonl gets a row for each mistake, as soon as it is there; a mistake that has
a row is not repeated. Of the mistakes that chapters draw, steps.jsonl has the loss of each step.
What the catalogue says that one sees is taken from it. With 360 test images one more misclassified
image is 0.3 points, and three seeds of the right version differ by more, so differences of less
than five points say nothing.
"""

import re
from functools import partial
from typing import Any

import records
import torch
from torch import nn

from tutorial_code import ch04_resnet50
from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch05_training import add_schedule
from tutorial_code.ch06_testing import evaluate
from tutorial_code.checks.catalogue import (
    Mistake,
    solution,
    solution_source,
    wrong_source,
    wrong_version,
)
from tutorial_code.runs import run_files

NAME = "mistakes-cpu"
STEPS = "steps.jsonl"  # the loss of each step, of the mistakes that chapters draw
NAMES = ("Bottleneck", "ResNet50", "make_optimizer", "make_criterion", "train_one_epoch")
CPU = torch.device("cpu")
DRAWN = {
    records.RIGHT,
    "relu-before-addition",
    "norm-shared",
    "stride-in-every-block",
    "same-block-repeated",
    "softmax-at-the-end",
    "criterion-softmax-first",
    "criterion-sum",
    "no-zero-grad",
    "zero-grad-before-step",
    "no-train-mode",
}
NARROWER = 4
WIDTHS = re.compile(r"\b(64|128|256|512|1024|2048)\b")


def narrow_network(block_source: str, network_source: str, classes: int) -> nn.Module:
    """Return the network of these sources with a quarter of the channels."""
    narrow = WIDTHS.sub(lambda width: str(int(width[0]) // NARROWER), network_source)
    namespace: dict[str, Any] = dict(vars(ch04_resnet50))
    for source in (block_source, narrow):
        exec(compile(source, "<network>", "exec"), namespace)
    return namespace["ResNet50"](num_classes=classes)


def initialize(model: nn.Module) -> None:
    """Start as chapter 5's ``initialize`` does, for a block that is another class, too."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if isinstance(getattr(module, "bn3", None), nn.BatchNorm2d):
            nn.init.zeros_(module.bn3.weight)


class Listening(nn.Module):
    """A criterion that keeps the losses that it gave."""

    def __init__(self, criterion: nn.Module) -> None:
        super().__init__()
        self.criterion = criterion
        self.losses: list[float] = []

    def forward(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss of a batch."""
        loss = self.criterion(logits, labels)
        self.losses.append(round(float(loss.detach()), 4))
        return loss


def train_and_test(mistake: Mistake | None, settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return the losses and the accuracies in percent of each epoch, or the error that ends it; of
    what chapters draw, also the loss of each step.
    """
    wrong = mistake.answer if mistake else ""
    parts = {name: solution(name) for name in NAMES[2:]}
    sources = {name: solution_source(name) for name in NAMES[:2]}
    if mistake and wrong in parts:
        parts[wrong] = wrong_version(mistake)
    elif mistake:
        sources[wrong] = wrong_source(mistake)
    losses: list[float] = []
    accuracies: list[float] = []
    torch.set_grad_enabled(True)  # a mistake may have switched it off for good
    try:
        torch.manual_seed(seed)
        data = load_dataset("digits")
        loader, test_loader = make_loaders(data, settings["batch_size"], seed=seed)
        model = narrow_network(sources["Bottleneck"], sources["ResNet50"], len(data.classes))
        initialize(model)
        optimizer = parts["make_optimizer"](model, settings["lr"])
        criterion = parts["make_criterion"]()
        if records.about(mistake)["id"] in DRAWN:
            criterion = Listening(criterion)
        steps = len(loader)
        add_schedule(optimizer, settings["epochs"] * steps, warmup_steps=steps)
        for _ in range(settings["epochs"]):
            loss = parts["train_one_epoch"](model, loader, criterion, optimizer, CPU)
            losses.append(round(float(loss), 4))
            accuracies.append(round(evaluate(model, test_loader, nn.CrossEntropyLoss(), CPU)[1], 2))
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"}
    found = {"losses": losses, "accuracies": accuracies}
    return found | ({"steps": criterion.losses} if isinstance(criterion, Listening) else {})


def row_of(mistake: Mistake | None, settings: dict[str, Any]) -> tuple[dict, list[dict]]:
    """Return the row of a mistake, and its curves: a row for each seed."""
    return records.row_of_seeds(
        mistake, settings["seeds"], partial(train_and_test, mistake, settings)
    )


def main() -> None:
    """Train with each mistake that has no row yet."""
    parser = records.make_parser(__doc__)
    parser.add_argument("ids", nargs="*", help="mistakes; without any, all of them")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.03)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments = parser.parse_args()
    settings = records.settings_of(arguments)
    folder = arguments.runs / NAME
    rows, curves, steps = (
        run_files.read_rows(folder / name) for name in (run_files.ROWS, run_files.CURVES, STEPS)
    )
    records.describe(folder, settings, rows)
    for mistake in records.unrecorded_mistakes(NAMES, arguments, rows):
        row, more = row_of(mistake, settings)
        steps += [
            {**records.about(mistake), "seed": curve["seed"], "losses": curve.pop("steps")}
            for curve in more
            if "steps" in curve
        ]
        rows.append(row)
        curves += more
        run_files.write_rows(folder / STEPS, steps)
        run_files.write_rows(folder / run_files.CURVES, curves)
        run_files.write_rows(folder / run_files.ROWS, rows)
        print(row, flush=True)


if __name__ == "__main__":
    main()
