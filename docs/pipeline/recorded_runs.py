"""The page of recorded runs: trainings with their curves, measurements as tables, and what is not
recorded yet.
"""

import json
from html import escape
from pathlib import Path
from typing import Any

from pipeline import ROOT
from pipeline.figures import figure
from tutorial_code.shared import tables

RUNS = ROOT / "runs"

HEAD = """\
# Recorded runs

A run is one training, recorded: its configuration, its machine, its metrics epoch by epoch, its
result. What stands here was measured by the code of this project on the machine that is named, and
lies in the folder `runs/`. The accuracy stands with its standard error: had the test images been
others, it would differ by about as much.

Each was recorded by one command, `bash benchmarks/record_run.sh NAME`. On a machine that is lent
for minutes, add them: with `8` behind the name a training or an ablation stops after eight minutes,
and the same command goes on.
"""

WANTED = {  # in the order of the page: what is recorded, and what it is
    "digits-cpu": "The first training of the tutorial: `resnet50 train`, with nothing else.",
    "exercise-cpu": "The network and the loop of chapters 4 to 7 on photographs, for an hour "
    "of two CPU cores.",
    "exercise-gpu": "The same for 50 epochs on a GPU.",
    "full-gpu": "The recipe of chapter 8 on a GPU: `resnet50 train --recipe full`.",
    "ablation-cpu": "What each part of chapter 8 is worth: everything but one, on a network "
    "narrow enough for a CPU.",
    "ablation": "The same with ResNet-50 and 45,000 images to train, on a GPU.",
    "speed-cpu": "How fast the training is on a CPU, step by step, beside a plain loop around "
    "torchvision's network. The peak is the speed of a product of large matrices in bf16.",
    "speed-gpu": "The same on a GPU, on photographs and with the 3×3 stem.",
}
JPEG = (
    "`data/cifar10-images` holds CIFAR-10 as JPEG files of a quality of about 75. The pixels "
    "differ a little from those of the official files, and so may the result: read it as CIFAR-10 "
    "(JPEG)."
)


def runs() -> str:
    """Return the page of recorded runs."""
    parts = [HEAD]
    for name, what in WANTED.items():
        folder = RUNS / name
        parts.append(f"## {name}\n\n{what}")
        if (folder / "summary.json").exists():
            parts.append(_training(folder))
        elif (folder / "rows.jsonl").exists():
            parts.append(_measurement(folder))
        else:
            parts.append(
                f"Not recorded yet. To record it:\n\n    bash benchmarks/record_run.sh {name}"
            )
    parts.append(
        "## Record your own\n\nEvery training writes such a folder, with a report beside it:\n\n"
    )
    parts.append("    uv run resnet50 train\n")
    return "\n\n".join(parts)


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _training(folder: Path) -> str:
    config, machine, summary, classes = (
        _read(folder / f"{name}.json") for name in ("config", "environment", "summary", "classes")
    )
    result = {
        "test accuracy": f"{summary['test_accuracy']:.2f}% ± {summary['standard_error']:.2f}",
        "test loss": f"{summary['test_loss']:.4f}",
        "training loss": f"{summary['train_loss']:.4f}",
        "epochs": summary["epochs"],
        "seconds": f"{summary['seconds']:.1f}",
        "images/s, testing included": f"{summary['images_per_second']:.0f}",
        "parameters": f"{summary['parameters']:,}",
    }
    parts = [
        _table(["result", "value"], result.items()),
        curve(folder.name, _lines(folder / "metrics.jsonl")),
        _folded("Accuracy of each class, and the confusion matrix", _confusions(classes)),
        _folded("Configuration and machine", _facts(config, machine)),
    ]
    return "\n\n".join([JPEG, *parts] if "cifar10-images" in config["data"] else parts)


def _measurement(folder: Path) -> str:
    found = [
        _table(head, body) for head, *body in tables.split_tables(_lines(folder / "rows.jsonl"))
    ]
    config, machine = (_read(folder / f"{name}.json") for name in ("config", "environment"))
    parts = [*found, _folded("Configuration and machine", _facts(config, machine))]
    return "\n\n".join([*parts, JPEG] if "cifar10-images" in str(config["data"]) else parts)


def _facts(config: dict[str, Any], machine: dict[str, Any]) -> str:
    known = [(name, value) for name, value in {**config, **machine}.items() if value is not None]
    return _table(["what", "value"], known)


def _confusions(classes: dict[str, Any]) -> str:
    """Return a row for each true class: its accuracy, and what its images were taken for."""
    rows = [
        [name, "" if accuracy is None else f"{accuracy:.1f}%", *counts]
        for name, accuracy, counts in zip(
            classes["classes"], classes["accuracy"], classes["confusions"], strict=True
        )
    ]
    return _table(["true class", "accuracy", *classes["classes"]], rows)


def _folded(title: str, content: str) -> str:
    indented = "\n".join(f"    {line}".rstrip() for line in content.splitlines())
    return f'??? note "{title}"\n\n{indented}'


def _table(head: list[str], rows: Any) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(escape(str(cell)) for cell in line) + " |" for line in lines)


def curve(name: str, rows: list[dict[str, Any]]) -> str:
    """Return the loss over the epochs as a figure whose values can be read with pointer, keys, or
    from a table.
    """
    width, height, left, top = 420, 200, 40, 12
    highest = max(max(row["train_loss"], row["test_loss"]) for row in rows)
    step = width / max(len(rows) - 1, 1)

    def points(key: str) -> str:
        return " ".join(
            f"{left + number * step:.1f},{top + height * (1 - row[key] / highest):.1f}"
            for number, row in enumerate(rows)
        )

    ticks = "".join(
        f'<text x="{left - 6}" y="{top + height * (1 - share) + 4:.0f}" '
        f'text-anchor="end">{highest * share:.2g}</text><path d="M{left} '
        f'{top + height * (1 - share):.1f} h{width}" stroke="currentColor" stroke-opacity="0.15"/>'
        for share in (0, 0.5, 1)
    )
    alt = (
        f"Training and test loss of {name} by epoch: from {rows[0]['train_loss']:.2f} and "
        f"{rows[0]['test_loss']:.2f} to {rows[-1]['train_loss']:.3f} and "
        f"{rows[-1]['test_loss']:.3f}."
    )
    svg = (
        f'<svg role="img" aria-label="{alt}" viewBox="0 0 470 252" font-size="12" '
        f'fill="currentColor" style="width: min(100%, 660px); height: auto">{ticks}<polyline '
        f'points="{points("train_loss")}" fill="none" stroke="var(--figure-1)" '
        f'stroke-width="2"/><polyline points="{points("test_loss")}" fill="none" '
        f'stroke="var(--figure-2)" stroke-width="2"/><path class="cursor" d="M{left} {top} '
        f'v{height}" stroke="currentColor" visibility="hidden"/><text x="{left + width / 2}" '
        f'y="246" text-anchor="middle">epoch, from 1 to {len(rows)}</text><path d="M{left + 190} '
        f'24 h22" stroke="var(--figure-1)" stroke-width="2"/><text x="{left + 218}" '
        f'y="28">training loss</text><path d="M{left + 300} 24 h22" stroke="var(--figure-2)" '
        f'stroke-width="2"/><text x="{left + 328}" y="28">test loss</text></svg>'
    )
    body = "".join(
        f"<tr><td>{row['epoch']}</td><td>{row['train_loss']:.4f}</td><td>{row['test_loss']:.4f}</td>"
        f"<td>{row['test_accuracy']:.2f}%</td><td>{row['seconds']:.1f}</td></tr>"
        for row in rows
    )
    head = "".join(
        f"<th>{word}</th>"
        for word in ("epoch", "training loss", "test loss", "test accuracy", "seconds")
    )
    table = (
        "<details><summary>All values</summary><table><thead><tr>"
        f"{head}</tr></thead><tbody>{body}</tbody></table></details>"
    )
    return (
        f'<div class="curve" data-left="{left}" '
        f'data-width="{width}">\n{figure(svg, alt)}\n{table}\n</div>'
    )
