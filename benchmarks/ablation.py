"""What each part of the recipe `full` is worth.

    bash benchmarks/record_run.sh ablation-cpu    a narrow ResNet on two cores: a night
    bash benchmarks/record_run.sh ablation        the whole ResNet-50, on a GPU

On a CPU a pilot comes first: can the network learn its training images by a plain recipe, and how
far do seeds disagree? Two short experiments follow: learning rates with and without warm-up, and
the first steps with and without zero-initialization, at two depths. Then chapter 8's sixteen
combinations of eight parts are trained; on a CPU, with two seeds each. All of them train on some of
CIFAR-10's training images and are tested on 20,000 others of these; the test set is not touched.

Each training adds a line to runs/NAME/rows.jsonl and its losses, by step or by epoch, to
curves.jsonl. right.npy says in bits which images each training of the design classified right:
(training, view, image). A training that has a line is not repeated. When all are there, worth.jsonl
says what each part is worth, with its error, where each combination has two seeds.
"""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import records
from ablation_trainings import HELD_OUT, VIEWS, Result, Scale, Training, all_trainings, train
from ablation_worth import all_worths

from tutorial_code.runs import run_files
from tutorial_code.runs.hardware import choose_hardware
from tutorial_code.runs.recipes import configure

RIGHT = "right.npy"
WORTH = "worth.jsonl"
ON_CPU = {"device": "cpu", "stem": "3x3-stride2", "batch_size": 128, "epochs": 60}
ON_GPU = {"device": "cuda", "stem": "3x3", "batch_size": 512, "epochs": 20}
SCALES = {
    "ablation-cpu": Scale(
        images=10_000,
        seeds=2,
        blocks=(2, 2, 2, 2),
        width=16,
        options=ON_CPU,
        pilots=3,
        rates=(0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4),
        depths=((3, 4, 6, 3), (3, 4, 23, 3)),
    ),
    "ablation": Scale(images=30_000, seeds=1, blocks=(3, 4, 6, 3), width=64, options=ON_GPU),
}


class Record:
    """The files of the record, which hold whole trainings whenever the process is killed."""

    def __init__(self, folder: Path, order: list[dict[str, Any]]) -> None:
        self.folder, self.order = folder, order
        self.rows = run_files.read_rows(folder / run_files.ROWS)
        self.curves = run_files.read_rows(folder / run_files.CURVES)
        designed = [about for about in order if about["experiment"] == "design"]
        self.right = np.zeros((len(designed), len(VIEWS), HELD_OUT // 8), np.uint8)
        if (folder / RIGHT).exists():
            self.right = np.load(folder / RIGHT)

    def holds(self, about: dict[str, Any]) -> bool:
        """Tell whether a training is recorded."""
        return records.holds(self.rows, about)

    def add(self, about: dict[str, Any], result: Result) -> None:
        """Record a training: its row last, because the row says that all is there."""
        if about["experiment"] == "design":
            designed = [each for each in self.order if each["experiment"] == "design"]
            self.right[designed.index(about)] = np.packbits(result.right, axis=1)
            run_files.write_atomically(
                self.folder / RIGHT, lambda file: np.save(file, self.right, allow_pickle=False)
            )
        self.curves = self._sorted([*self.curves, about | {"losses": result.losses}])
        run_files.write_rows(self.folder / run_files.CURVES, self.curves)
        self.rows = self._sorted([*self.rows, result.row])
        run_files.write_rows(self.folder / run_files.ROWS, self.rows)

    def write_worths(self) -> None:
        """Write what each part is worth, from the trainings of the design."""
        rows = [row for row in self.rows if row["experiment"] == "design"]
        run_files.write_rows(self.folder / WORTH, all_worths(rows, self.right))

    def _sorted(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return one line for each training, the newest, in the order of the trainings."""
        found = [[line for line in lines if about.items() <= line.items()] for about in self.order]
        return [of_training[-1] for of_training in found if of_training]


def record_all(
    todo: list[Training], record: Record, images: int, jobs: int, minutes: float
) -> bool:
    """Do the trainings, ``jobs`` of them at a time; tell whether all were done in time."""
    work = partial(train, images=images)
    for training, result in records.side_by_side(todo, work, jobs, minutes):
        assert training.about.items() <= result.row.items()
        record.add(training.about, result)
        print(result.row, flush=True)
    return all(record.holds(training.about) for training in todo)


def main() -> None:
    """Run the trainings that are not recorded yet, as far as the time allows."""
    parser = records.make_parser(__doc__)
    parser.add_argument("name", choices=SCALES)
    parser.add_argument("--data", default="cifar10")
    parser.add_argument("--jobs", type=int, default=2, help="trainings side by side on a CPU")
    parser.add_argument("--epochs", type=int, help="other than those of the record")
    arguments = parser.parse_args()

    scale = SCALES[arguments.name]
    options = {"recipe": "full", "data": arguments.data, "mirror": True} | scale.options
    options |= {"precision": "bf16", "compile": False, "tta": False, "warmup_epochs": 2}
    base = configure(options | ({"epochs": arguments.epochs} if arguments.epochs else {}))
    trainings = list(all_trainings(scale, base))
    facts = {
        "network": f"NarrowResNet, blocks {scale.blocks}, width {scale.width}",
        "training_images": scale.images,
        "held_out": HELD_OUT,
        **asdict(base),
    }
    folder = arguments.runs / arguments.name
    record = Record(folder, [training.about for training in trainings])
    records.describe(folder, facts, record.rows, choose_hardware(base).describe())
    todo = [training for training in trainings if not record.holds(training.about)]
    jobs = arguments.jobs if base.device == "cpu" else 1
    if not record_all(todo, record, scale.images, jobs, arguments.time_limit):
        print("stopped at the time limit; the same command continues")
        return
    if scale.seeds > 1:
        record.write_worths()
    print(f"recorded in {folder}")


if __name__ == "__main__":
    main()
