"""The page of recorded runs: trainings with their curves, measurements as tables, and runs that are
not recorded yet.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from pipeline.markdown import folded
from pipeline.prose import Figures
from tutorial_code.runs import epoch_table, run_files
from tutorial_code.runs.run_record import RunRecord, read_record
from tutorial_code.shared import tables
from tutorial_code.shared.tables import RecordedRun

HEAD = """\
# Recorded runs

A run is one training, recorded: its configuration, its machine, its metrics epoch by epoch, its
result. Everything on this page was measured by the code of this project on the machine named, and
is stored in the folder `runs/`. The accuracy is given with its standard error: with other test
images it would differ by about as much.

Each was recorded by one command, `bash benchmarks/record_run.sh NAME`. On a machine that you have
for some minutes only, add them: with `8` after the name a training or an ablation stops after eight
minutes, and the same command continues it.
"""

JPEG = (
    "`data/cifar10-images` holds CIFAR-10 as JPEG files of a quality of about 75. The pixels "
    "differ a little from those of the official files, and so may the result: read it as CIFAR-10 "
    "(JPEG)."
)


def runs() -> str:
    """Return the page of recorded runs."""
    figures = Figures("", "")
    parts = [HEAD, *(_section(run, figures) for run in tables.recorded_runs())]
    parts.append(
        "## Record your own\n\nEvery training writes such a folder, with a report beside it:\n\n"
    )
    parts += ["    uv run resnet50 train", figures.loaded()]
    return "\n\n".join(parts)


def _section(run: RecordedRun, figures: Figures) -> str:
    parts = [f"## {run.name}\n\n{run.caption}"]
    if (run.folder / run_files.SUMMARY).exists():
        parts += _training(run, figures)
    elif found := run.tables():
        parts += [*(epoch_table.markdown(_escaped(table)) for table in found), _measured(run)]
    else:
        parts.append(
            f"Not recorded yet. To record it:\n\n    bash benchmarks/record_run.sh {run.name}"
        )
    if (run.folder / run_files.CONFIG).exists() and "cifar10-images" in str(
        run.read(run_files.CONFIG).get("data")
    ):
        parts.append(JPEG)
    return "\n\n".join(parts)


def _training(run: RecordedRun, figures: Figures) -> list[str]:
    record = read_record(run.folder)
    summary = record.summary
    result = {
        "test accuracy": f"{summary['test_accuracy']:.2f}% ± {summary['standard_error']:.2f}",
        "test loss": f"{summary['test_loss']:.4f}",
        "training loss": f"{summary['train_loss']:.4f}",
        "epochs": str(summary["epochs"]),
        "seconds": f"{summary['seconds']:.1f}",
        "images/s, testing included": f"{summary['images_per_second']:.0f}",
        "parameters": f"{summary['parameters']:,}",
    }
    confusions = _confusions(run.read(run_files.CLASSES))
    details = epoch_table.markdown(_escaped(record.detail_rows()))
    return [
        epoch_table.markdown([("result", "value"), *result.items()]),
        curve(run.name, record, figures),
        folded("note", "Accuracy of each class, and the confusion matrix", confusions),
        folded("note", "Configuration and machine", details),
    ]


def _measured(run: RecordedRun) -> str:
    """Return the machine and configuration of a measurement, folded away."""
    facts = run.read(run_files.CONFIG) | run.read(run_files.ENVIRONMENT)
    known = [(name, str(value)) for name, value in facts.items() if value is not None]
    rows = epoch_table.markdown(_escaped([("what", "value"), *known]))
    return folded("note", "Configuration and machine", rows)


def _escaped(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[escape(cell) for cell in row] for row in rows]


def _confusions(classes: dict[str, Any]) -> str:
    """Return a row for each true class: its accuracy, and how its images were classified."""
    rows = [
        [name, "" if accuracy is None else f"{accuracy:.1f}%", *map(str, counts)]
        for name, accuracy, counts in zip(
            classes["classes"], classes["accuracy"], classes["confusions"], strict=True
        )
    ]
    head = ["true class", "accuracy", *classes["classes"]]
    return epoch_table.markdown(_escaped([head, *rows]))


def curve(name: str, record: RunRecord, figures: Figures) -> str:
    """Return the loss over the epochs as a figure whose values can be read with the pointer, the
    keyboard, or from a table.
    """
    rows = [
        {
            "epoch": row.epoch,
            "train": row.train_loss,
            "test": row.test_loss,
            "accuracy": row.test_accuracy,
        }
        for row in record.history
    ]
    caption = f"Pick an epoch of `{name}`, and read its losses and its accuracy."
    drawn = figures.drawn("training-curve", caption, {"name": name, "rows": rows})
    table = epoch_table.html(_escaped(record.epoch_rows()))
    values = f"<details><summary>All values</summary>{table}</details>"
    return f'<div class="curve">\n{drawn}\n{values}\n</div>'
