"""What each catalogued mistake of the exercise ``layers`` does to a small network.

    bash benchmarks/record_run.sh layer-mistakes-cpu

Three convolutions, each with BatchNorm and ReLU, learn the digits of 8×8 pixels in four epochs with
the functions of chapter 2, one of them in its wrong version, three seeds each. A row has the
training loss of the last epoch and the test accuracy, with the running statistics and with those of
the test batch itself; curves.jsonl has loss and accuracy of each epoch. What the catalogue says
that one sees is taken from it. It takes some 20 minutes on one core; a mistake that has a row is
not repeated.
"""

import statistics
from collections.abc import Callable
from typing import Any

import records
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn

from tutorial_code.checks.catalogue import Mistake, solution, wrong_version
from tutorial_code.runs import run_files

NAME = "layer-mistakes-cpu"
NAMES = ("conv2d", "batch_statistics", "batch_norm")
LAYERS = ((1, 8, 1), (8, 16, 2), (16, 16, 2))  # in_channels, out_channels, stride
TRAIN, BATCH, EPOCHS, SEEDS = 1437, 64, 4, (0, 1, 2)
RATE, MOMENTUM = 0.05, 0.9


class Network(nn.Module):
    """Three layers of given functions, an average over the positions, and a classifier."""

    def __init__(self, functions: dict[str, Callable[..., Any]]) -> None:
        super().__init__()
        self.functions = functions
        self.kernels = nn.ParameterList(
            torch.randn(after, before, 3, 3) * (2 / (9 * before)) ** 0.5
            for before, after, _ in LAYERS
        )
        self.scales = nn.ParameterList(torch.ones(after) for _, after, _ in LAYERS)
        self.shifts = nn.ParameterList(torch.zeros(after) for _, after, _ in LAYERS)
        self.means = [torch.zeros(after) for _, after, _ in LAYERS]
        self.variances = [torch.ones(after) for _, after, _ in LAYERS]
        self.classifier = nn.Linear(LAYERS[-1][1], 10)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, 1, 8, 8) to logits, (batch, 10)."""
        conv2d, batch_statistics, batch_norm = (self.functions[name] for name in NAMES)
        for place, (_, _, stride) in enumerate(LAYERS):
            x = conv2d(x, self.kernels[place], stride=stride, padding=1)
            mean, var = self.means[place], self.variances[place]
            if self.training:
                mean, var = batch_statistics(x)
                with torch.no_grad():
                    self.means[place].mul_(0.9).add_(0.1 * mean)
                    self.variances[place].mul_(0.9).add_(0.1 * var)
            x = batch_norm(x, mean, var, self.scales[place], self.shifts[place]).relu()
        return self.classifier(x.mean(dim=(2, 3)))


def train_and_test(functions: dict[str, Callable[..., Any]], seed: int) -> dict[str, Any]:
    """Return the losses and the accuracies in percent of each epoch, and ``with_batch``, the last
    accuracy with the statistics of the test batch.
    """
    digits = load_digits()
    order = torch.randperm(len(digits.target), generator=torch.Generator().manual_seed(0))
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1)[order] / 8 - 1
    labels = torch.tensor(digits.target)[order]
    torch.manual_seed(seed)
    model = Network(functions)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)

    @torch.no_grad()
    def accuracy(training: bool) -> float:
        right = model.train(training)(images[TRAIN:]).argmax(dim=1) == labels[TRAIN:]
        return round(100 * right.float().mean().item(), 2)

    losses, accuracies = [], []
    for _ in range(EPOCHS):
        model.train()
        total = 0.0
        for batch in torch.randperm(TRAIN).split(BATCH):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(round(total / TRAIN, 4))
        accuracies.append(accuracy(training=False))
    with_batch = accuracy(training=True)
    return {"losses": losses, "accuracies": accuracies, "with_batch": with_batch}


def row_of(mistake: Mistake | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the row of a mistake, and its curves: a row for each seed."""
    functions = {name: solution(name) for name in NAMES}
    if mistake:
        functions[mistake.answer] = wrong_version(mistake)

    def train(seed: int) -> dict[str, Any]:
        try:
            return train_and_test(functions, seed)
        except RuntimeError as error:
            return {"error": f"RuntimeError: {str(error).splitlines()[0][:160]}"}

    row, curves = records.row_of_seeds(mistake, SEEDS, train)
    if curves:
        row["with_batch"] = statistics.mean(curve["with_batch"] for curve in curves)
    return row, curves


def main() -> None:
    """Train with each mistake that has no row yet."""
    parser = records.make_parser(__doc__)
    parser.add_argument("ids", nargs="*", help="mistakes; without any, all of them")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings = {"epochs": EPOCHS, "batch_size": BATCH, "lr": RATE, "momentum": MOMENTUM}
    folder = arguments.runs / NAME
    rows = run_files.read_rows(folder / run_files.ROWS)
    curves = run_files.read_rows(folder / run_files.CURVES)
    records.describe(folder, settings | {"seeds": SEEDS}, rows)
    for mistake in records.unrecorded_mistakes(NAMES, arguments, rows):
        row, more = row_of(mistake)
        rows.append(row)
        curves += more
        run_files.write_rows(folder / run_files.CURVES, curves)
        run_files.write_rows(folder / run_files.ROWS, rows)
        print(row, flush=True)


if __name__ == "__main__":
    main()
