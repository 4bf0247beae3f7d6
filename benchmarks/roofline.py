"""Where the time of a training step goes, by kind of operation, and how close each kind comes to
what the machine can do.

    bash benchmarks/record_run.sh roofline-cpu

Every operation of some training steps is timed by itself, and its floating-point operations and the
bytes of its arguments and results are counted. The bytes are what it has to read and write at
least: a convolution may move more. Speeds of the machine itself are measured in the same process:
products of large matrices, and copies of 512 MB (memory) and of 256 kB (cache). The machine should
do nothing else. For a CPU only: a GPU works while Python goes on.
"""

import argparse
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from machine_peaks import copy_peak, product_peak
from speed_steps import BASE, configurations, our_loop, set_up
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from tutorial_code.ch01_images import load_dataset
from tutorial_code.runs import run_files
from tutorial_code.runs.hardware import describe_machine

ROOT = Path(__file__).parent.parent
NAME = "roofline-cpu"
CPU = torch.device("cpu")
COMPARED = (  # of the steps of training_speed.py
    "+ all images on the device",
    "+ channels last",
    "+ bf16",
    "+ 1×1 convolutions as products",
)
REST = "the rest"
KINDS = {  # by a part of an operation's name, the first that fits
    "convolution": "convolutions",  # told apart by their kernels
    "batch_norm": "BatchNorm",
    "relu": "ReLU",
    "threshold_backward": "ReLU",
    "max_pool": "max-pool",
    "sgd": "optimizer",
    "_to_copy": "copies and casts",
    "clone": "copies and casts",
    "copy_": "copies and casts",
    "addmm": "matrix products",
    "mm": "matrix products",
    "add": "additions",
}


@dataclass
class Sum:
    """What operations of one kind took together."""

    seconds: float = 0.0
    operations: int = 0  # floating-point
    moved: int = 0  # bytes of arguments and results


class Ledger(TorchDispatchMode):
    """Times every operation, and counts what it computes and moves."""

    def __init__(self) -> None:
        super().__init__()
        self.sums: dict[str, Sum] = defaultdict(Sum)

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run an operation and add it to the sums of its kind."""
        kwargs = kwargs or {}
        start = time.perf_counter()
        result = function(*args, **kwargs)
        seconds = time.perf_counter() - start
        entry = self.sums[kind_of(function, args)]
        entry.seconds += seconds
        if function.is_view:
            return result
        if count := flop_registry.get(function.overloadpacket):
            entry.operations += count(*args, **kwargs, out_val=result)
        given = {id(leaf): leaf for leaf in tree_leaves((args, kwargs, result)) if _is_tensor(leaf)}
        entry.moved += sum(tensor.numel() * tensor.element_size() for tensor in given.values())
        return result


def _is_tensor(leaf: Any) -> bool:
    return isinstance(leaf, Tensor)


def kind_of(function: Any, args: Any) -> str:
    """Return the kind of an operation."""
    name = function.overloadpacket.__name__
    kind = next((kind for part, kind in KINDS.items() if part in name), REST)
    if kind == "convolutions":
        weight = args[2] if "backward" in name else args[1]
        side = weight.shape[-1]
        return f"{side}×{side} convolutions"
    return kind


def measure(loops: dict[str, Any], rounds: int, batches: int) -> list[dict[str, Any]]:
    """Return a row for each kind of operation in each loop, for one step: medians of the rounds."""
    found: dict[str, list[dict[str, Sum]]] = {name: [] for name in loops}
    for loop in loops.values():
        loop(1)
    for _ in range(rounds):
        for name, loop in loops.items():
            with Ledger() as ledger:
                loop(batches)
            found[name].append(ledger.sums)
    rows = []
    for name, sums in found.items():
        kinds = {
            kind: statistics.median(each[kind].seconds for each in sums) / batches
            for kind in sums[0]
        }
        whole = sum(kinds.values())
        for kind, seconds in sorted(kinds.items(), key=lambda item: -item[1]):
            one = sums[0][kind]
            rows.append(
                {
                    "step": name,
                    "kind": kind,
                    "milliseconds": 1e3 * seconds,
                    "share": seconds / whole,
                    "gflop": one.operations / batches / 1e9,
                    "gigabytes": one.moved / batches / 1e9,
                    "gflops": one.operations / batches / 1e9 / seconds,
                    "gb_per_second": one.moved / batches / 1e9 / seconds,
                }
            )
    return rows


def peaks() -> list[dict[str, Any]]:
    """Return the speeds that the machine reaches at best."""
    return [
        {"roof": "products in fp32", "gflops": product_peak(CPU, torch.float32) / 1e9},
        {"roof": "products in bf16", "gflops": product_peak(CPU, torch.bfloat16) / 1e9},
        {"roof": "memory", "gb_per_second": copy_peak(CPU, 1 << 29) / 1e9},
        {"roof": "cache", "gb_per_second": copy_peak(CPU, 1 << 18) / 1e9},
    ]


def main() -> None:
    """Measure, print the rows, and record them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, default=3, help="a round")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs", help="where it is recorded")
    arguments = parser.parse_args()
    data = load_dataset(arguments.data)
    loops = {}
    for name, config in configurations(CPU, "7x7", len(data.train_labels)).items():
        if name in COMPARED:
            loops[name] = our_loop(set_up(config, data), config, CPU)
    best = peaks()
    rows = measure(loops, arguments.rounds, arguments.batches)
    for row in [*best, *rows]:
        print(row)
    folder = arguments.runs / NAME
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"rounds": arguments.rounds, "batches": arguments.batches, "base": BASE}
    run_files.write_json(folder / run_files.CONFIG, facts)
    run_files.write_json(folder / run_files.ENVIRONMENT, describe_machine(CPU))
    run_files.write_rows(folder / run_files.ROWS, [*best, *rows])


if __name__ == "__main__":
    main()
