"""What each catalogued mistake in a training by several processes does.

    bash benchmarks/record_run.sh parallel-mistakes-cpu

Four processes train the residual network of 20 layers on the digits of 8×8 pixels, by chapter 12's
`train_distributed` in its right version and in each wrong one, three seeds each. A step has 64
images, and its rate is that of Goyal et al. (2017, section 5.1), 0.1 for 256 images, in proportion.
A row says what rank 0 returns, which is what one sees, and how good the network in the file is,
tested in one process. Mistakes by which processes wait for each other for ever have no row; a
mistake that has a row is not repeated.
"""

import re
import statistics
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import records
import torch

from tutorial_code.ch01_images import make_loaders
from tutorial_code.ch05_training import make_criterion
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch11_depth import CifarResNet, tiny_digits
from tutorial_code.ch12_machines import train_distributed
from tutorial_code.checks.catalogue import Mistake, wrong_version
from tutorial_code.runs import run_files
from tutorial_code.shared.in_processes import in_processes

NAME = "parallel-mistakes-cpu"
CPU = torch.device("cpu")
COLORS = re.compile(r"\x1b\[[\d;]*m")  # of a terminal


def train(mistake: Mistake | None, settings: dict[str, Any], seed: int, path: Path) -> Any:
    """Train by all processes, and return what the training returns in this one."""
    function = wrong_version(mistake) if mistake else train_distributed
    torch.manual_seed(seed)
    network = CifarResNet(3)
    loaders = make_loaders(tiny_digits()._replace(max_shift=1))
    train_set, test_set = (loader.dataset for loader in loaders)
    sizes = settings["epochs"], settings["batch_size"], settings["lr"]
    return function(network, train_set, test_set, path, *sizes)


def train_and_test(mistake: Mistake | None, settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return the losses and the accuracies in percent of each epoch as rank 0 has them, and the
    accuracy of the network in the file; or the error that ends it.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "weights.pth"
            history, *_ = in_processes(settings["processes"], train, mistake, settings, seed, path)
            if history is None:
                return {"error": "nothing is returned"}
            if not path.exists():
                return {"error": "there is no file of weights"}
            losses, accuracies = zip(*history, strict=True)
            return {
                "losses": [round(float(loss), 4) for loss in losses],
                "accuracies": [round(float(accuracy), 2) for accuracy in accuracies],
                "saved": round(accuracy_of(path), 2),
            }
    except Exception as error:
        words = COLORS.sub("", str(error).splitlines()[0])
        return {"error": f"{type(error).__name__}: {words[:160]}"}


def accuracy_of(path: Path) -> float:
    """Return the test accuracy in percent of the weights in a file, in one process."""
    network = CifarResNet(3)
    network.load_state_dict(torch.load(path, weights_only=True))
    _, test_loader = make_loaders(tiny_digits())
    return evaluate(network, test_loader, make_criterion(), CPU)[1]


def row_of(mistake: Mistake | None, settings: dict[str, Any]) -> tuple[dict, list[dict]]:
    """Return the row of a mistake, and its curves: a row for each seed."""
    train = partial(train_and_test, mistake, settings)
    row, curves = records.row_of_seeds(mistake, settings["seeds"], train)
    if curves:
        row["saved"] = statistics.mean(curve["saved"] for curve in curves)
    return row, curves


def main() -> None:
    """Train with each mistake that has no row yet."""
    parser = records.make_parser(__doc__)
    parser.add_argument("ids", nargs="*", help="mistakes; without any, all of them")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=16, help="images of each process")
    parser.add_argument("--lr", type=float, default=0.00625, help="of one process")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments = parser.parse_args()
    settings = records.settings_of(arguments)
    folder = arguments.runs / NAME
    rows = run_files.read_rows(folder / run_files.ROWS)
    curves = run_files.read_rows(folder / run_files.CURVES)
    records.describe(folder, settings, rows)
    for mistake in records.unrecorded_mistakes(["train_distributed"], arguments, rows):
        if mistake and mistake.hangs:
            continue
        row, more = row_of(mistake, settings)
        rows.append(row)
        curves += more
        run_files.write_rows(folder / run_files.CURVES, curves)
        run_files.write_rows(folder / run_files.ROWS, rows)
        print(row, flush=True)


if __name__ == "__main__":
    main()
