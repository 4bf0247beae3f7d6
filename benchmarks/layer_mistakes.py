"""What each catalogued mistake of the exercise ``layers`` does to a small network.

Three convolutions, each with BatchNorm and ReLU, learn the digits of 8×8 pixels in four epochs with
the functions of chapter 2, one of them in its wrong version. A line shows the mistake, the training
loss of the last epoch, and the test accuracy of three seeds, first with the running statistics,
then with those of the test batch itself. The sentences of the catalogue about what one sees are
taken from this table, which takes some 20 minutes on one core.

    uv run python benchmarks/layer_mistakes.py [ID …]
"""

import argparse
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn

from tutorial_code.checks.catalogue import mistakes_of, solution, wrong_version

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


def train_and_test(functions: dict[str, Callable[..., Any]], seed: int) -> tuple[float, ...]:
    """Return the loss of the last epoch, and the accuracies in percent."""
    digits = load_digits()
    order = torch.randperm(len(digits.target), generator=torch.Generator().manual_seed(0))
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1)[order] / 8 - 1
    labels = torch.tensor(digits.target)[order]
    torch.manual_seed(seed)
    model = Network(functions)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    for _ in range(EPOCHS):
        total = 0.0
        for batch in torch.randperm(TRAIN).split(BATCH):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
    accuracies = []
    with torch.no_grad():
        for training in (False, True):
            right = model.train(training)(images[TRAIN:]).argmax(dim=1) == labels[TRAIN:]
            accuracies.append(100 * right.float().mean().item())
    return total / TRAIN, *accuracies


def main() -> None:
    """Train with each mistake, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("ids", nargs="*", help="mistakes; without any, all of them")
    asked = parser.parse_args().ids
    torch.set_num_threads(1)
    right = {name: solution(name) for name in NAMES}
    wrong = {
        mistake.id: {**right, name: wrong_version(mistake)}
        for name in NAMES
        for mistake in mistakes_of(name)
        if not asked or mistake.id in asked
    }
    print(f"{'':34} loss                running stat.      batch's own")
    for id, functions in {"right": right, **wrong}.items():
        try:
            columns = zip(*(train_and_test(functions, seed) for seed in SEEDS), strict=True)
        except RuntimeError as error:
            print(f"{id:34} {str(error).splitlines()[0][:110]}", flush=True)
            continue
        loss, *accuracies = ([*column] for column in columns)
        cells = [" ".join(f"{value:5.2f}" for value in loss)]
        cells += [" ".join(f"{value:5.1f}" for value in column) for column in accuracies]
        print(f"{id:34} {'   '.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
