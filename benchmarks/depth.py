"""Does depth hurt? The networks of the paper's section 4.2, plain and residual.

    bash benchmarks/record_run.sh depth-digits-cpu    all five depths on the digits: an hour
    bash benchmarks/record_run.sh depth-cpu 110       two depths on photographs: a night
    bash benchmarks/record_run.sh depth-gpu 9         the paper's own experiment, in pieces

Every training goes by the schedule of He et al. 2015: rate 0.1, divided by ten after half and after
three quarters of the steps, and with 110 layers first a tenth until an epoch's training error is
below 80%. Photographs are shifted by up to 4 pixels and mirrored. What is tested is the network
after the last step. Where a number of images is below that of the training set, the rest is held
out, and tested as well.

Several trainings run side by side. Every minute, or after every epoch where that is longer, each is
kept in my_runs/NAME, so that the same command continues after a time limit or a kill.
runs/NAME/curves.jsonl gets a line for each training, rows.jsonl one for each network. On the digits
layers.jsonl, cuts.jsonl and surfaces.jsonl say what the trained networks are like.
"""

import statistics
import time
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import records
import torch
from depth_trainings import DECAY, HELD_OUT, RATE, Result, Scale, all_trainings, kept_file, train

from tutorial_code.ch11_depth import DEPTHS, CifarResNet
from tutorial_code.runs import run_files
from tutorial_code.runs.hardware import describe_machine

SCALES = {
    "depth-gpu": Scale(
        data="cifar10",
        layers=tuple(DEPTHS),
        images=(50_000, 50_000 - HELD_OUT),
        seeds=3,
        steps=64_000,
        batch_size=128,
        device="cuda",
        jobs=6,
    ),
    "depth-cpu": Scale(
        data="cifar10",
        layers=(20, 56),
        images=(50_000,),
        seeds=3,
        steps=4_000,
        batch_size=128,
        device="cpu",
        jobs=2,
    ),
    "depth-digits-cpu": Scale(
        data="digits",
        layers=tuple(DEPTHS),
        images=(1_437,),
        seeds=3,
        steps=1_100,
        batch_size=64,
        device="cpu",
        jobs=1,
        surfaces=(20, 32, 56),
    ),
}
FILES = ("layers", "cuts", "surfaces")


class Record:
    """The files of the record, which hold whole trainings whenever the process is killed."""

    def __init__(self, folder: Path, order: list[dict[str, Any]]) -> None:
        self.folder, self.order = folder, order
        self.lines = {name: run_files.read_rows(self._path(name)) for name in ("curves", *FILES)}

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.jsonl"

    def holds(self, about: dict[str, Any]) -> bool:
        """Tell whether a training is recorded."""
        return records.holds(self.lines["curves"], about)

    def add(self, about: dict[str, Any], result: Result) -> None:
        """Record a training: its curve last, because that says that all is there."""
        for name in FILES:
            self._write(name, about, getattr(result, name))
        self._write("curves", about, [result.curve])
        run_files.write_rows(self.folder / run_files.ROWS, summarize(self.lines["curves"]))

    def _write(self, name: str, about: dict[str, Any], new: list[dict[str, Any]]) -> None:
        """Put a training's lines in place of those that a kill may have left of it."""
        if not new:
            return
        others = [line for line in self.lines[name] if not about.items() <= line.items()]
        self.lines[name] = [
            line for each in self.order for line in [*others, *new] if each.items() <= line.items()
        ]
        run_files.write_rows(self._path(name), self.lines[name])


def summarize(curves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each number of images, kind and depth: the seeds together."""

    def key(curve: dict[str, Any]) -> tuple[int, str, int]:
        return -curve["images"], curve["kind"], curve["layers"]

    rows = []
    for _, group in groupby(sorted(curves, key=key), key):
        alike = list(group)
        row = {name: alike[0][name] for name in ("images", "kind", "layers")}
        model = CifarResNet(DEPTHS[row["layers"]], row["kind"] == "residual")
        row["parameters"] = sum(p.numel() for p in model.parameters())
        row["seeds"] = len(alike)
        tested = [curve["test_error"] for curve in alike]
        for name in ("train_error", "validation_error", "test_error", "seconds"):
            if name in alike[0]:
                row[name] = statistics.mean(curve[name] for curve in alike)
        rows.append(row | {"lowest": min(tested), "highest": max(tested)})
    return rows


def main() -> None:
    """Run the trainings that are not recorded yet, as far as the time allows."""
    parser = records.make_parser(__doc__)
    parser.add_argument("name", choices=SCALES)
    parser.add_argument("--data", help="photographs from another place")
    parser.add_argument("--jobs", type=int, help="trainings side by side")
    parser.add_argument("--keep", type=Path, help="where unfinished trainings are kept")
    arguments = parser.parse_args()
    began = time.time()
    scale = SCALES[arguments.name]
    jobs = arguments.jobs or scale.jobs
    if arguments.data:
        scale = scale._replace(data=arguments.data)
    kept = arguments.keep or records.ROOT / run_files.MY_RUNS / arguments.name
    order = list(all_trainings(scale))
    folder = arguments.runs / arguments.name
    record = Record(folder, order)
    settings = scale._asdict() | {"lr": RATE, "weight_decay": DECAY, "momentum": 0.9}
    del settings["jobs"]
    machine = describe_machine(torch.device(scale.device))
    records.describe(folder, settings, record.lines["curves"], machine)
    todo = [about for about in order if not record.holds(about)]
    until = began + 60 * arguments.time_limit
    # A training stops by itself when the time is up, so any may begin before.
    work = partial(train, scale=scale._replace(jobs=0), kept=kept, until=until)
    for about, result in records.side_by_side(todo, work, jobs, float("inf")):
        if result is not None:
            record.add(about, result)
            kept_file(kept, about).unlink(missing_ok=True)
            print(about, f"test error {result.curve['test_error']:.2f}%", flush=True)
    if all(record.holds(about) for about in order):
        print("all is recorded")
    else:
        print("stopped at the time limit; the same command continues")


if __name__ == "__main__":
    main()
