"""What each catalogued mistake of `evaluate` gives, and what it does to the network.

    bash benchmarks/record_run.sh evaluate-mistakes-cpu

The narrow ResNet-50 of what_mistakes_do.py learns the digits with the right functions, for three
epochs and from three seeds. Then each wrong version of `evaluate` gets a copy of each network, and
is called three times, with batches of 64, of which the last has 40 images. Afterward `evaluate` of
chapter 6 tests the copy. What the catalogue says that one sees is taken from this table. A mistake
that has a row is not repeated.
"""

import copy
from typing import Any

import records
import torch
from torch import nn
from what_mistakes_do import initialize, narrow_network

from tutorial_code.ch01_images import load_dataset, make_loaders
from tutorial_code.ch05_training import (
    add_schedule,
    make_criterion,
    make_optimizer,
    train_one_epoch,
)
from tutorial_code.ch06_testing import evaluate
from tutorial_code.checks.catalogue import Mistake, solution_source, wrong_version
from tutorial_code.runs import run_files

NAME = "evaluate-mistakes-cpu"
CPU = torch.device("cpu")
CALLS = 3


def trained(seed: int, settings: dict[str, Any]) -> tuple[nn.Module, Any]:
    """Return a trained network and the loader of its test images."""
    torch.manual_seed(seed)
    data = load_dataset("digits")
    loader, test_loader = make_loaders(data, settings["batch_size"], seed=seed)
    sources = solution_source("Bottleneck"), solution_source("ResNet50")
    network = narrow_network(*sources, len(data.classes))
    initialize(network)
    optimizer = make_optimizer(network, settings["lr"])
    add_schedule(optimizer, settings["epochs"] * len(loader), warmup_steps=len(loader))
    for _ in range(settings["epochs"]):
        train_one_epoch(network, loader, make_criterion(), optimizer, CPU)
    return network, test_loader


def what_it_gives(function: Any, network: nn.Module, loader: Any) -> dict[str, Any]:
    """Call a version of evaluate on a copy of a network; return what it gave, or the error."""
    model = copy.deepcopy(network)
    results = []
    try:
        for _ in range(CALLS):
            loss, accuracy = function(model, loader, make_criterion(), CPU)
            results.append((loss, accuracy))
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"}
    finally:
        torch.set_grad_enabled(True)
    after = evaluate(model, loader, make_criterion(), CPU)[1]
    first, last = results[0], results[-1]
    return {"loss": first[0], "accuracy": first[1], "third": last[1], "after": after}


def shown(values: list[Any]) -> str:
    """Return the values of the seeds as the table has them."""
    return " ".join(v if isinstance(v, str) else f"{float(v):.4g}" for v in values)


def row_of(mistake: Mistake | None, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the row of a mistake, from what it gave for each network."""
    about = records.about(mistake)
    for each in found:
        if "error" in each:
            return about | {"error": each["error"]}
    return about | {key: shown([each[key] for each in found]) for key in found[0]}


def main() -> None:
    """Measure the mistakes that have no row yet."""
    parser = records.make_parser(__doc__)
    parser.add_argument("ids", nargs="*", help="mistakes; without any, all of them")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.03)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments = parser.parse_args()
    settings = records.settings_of(arguments)
    folder = arguments.runs / NAME
    rows = run_files.read_rows(folder / run_files.ROWS)
    records.describe(folder, settings, rows)
    networks: list[tuple[nn.Module, Any]] = []
    for mistake in records.unrecorded_mistakes(["evaluate"], arguments, rows):
        networks = networks or [trained(seed, settings) for seed in settings["seeds"]]
        function = wrong_version(mistake) if mistake else evaluate
        rows.append(row_of(mistake, [what_it_gives(function, *network) for network in networks]))
        run_files.write_rows(folder / run_files.ROWS, rows)
        print(rows[-1], flush=True)


if __name__ == "__main__":
    main()
