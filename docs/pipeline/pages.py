"""Pages that are made from data: recorded runs, the command line, the calculator of a network."""

import json
from html import escape
from pathlib import Path
from typing import Any

import typer

from pipeline import ROOT
from pipeline.chapters import figures_of
from pipeline.diagrams import CLASSES, SIZE, groups
from pipeline.execute import Run
from pipeline.figures import figure
from tutorial_code.cli import app

RUNS = ROOT / "runs"

RUNS_HEAD = """\
# Recorded runs

A run is one training, recorded: its configuration, its machine, its metrics epoch by epoch, its result. What stands
here was measured by the code of this project on the machine that is named, and copied from the run's folder in `runs/`.
"""

NOT_RECORDED = """\
## {title}

Not recorded yet. {how}
"""

WANTED = {  # runs that belong here, and how each is made
    "full-gpu": (
        "The full training on a GPU",
        "It needs a GPU and the recipe of a later chapter. Until then, this is the training that chapter 6 builds, on "
        "photographs:\n\n    uv run resnet50 train --data cifar10 --epochs 50",
    ),
}


def runs() -> str:
    """Return the page of recorded runs."""
    folders = sorted(path.parent for path in RUNS.glob("*/summary.json"))
    parts = [RUNS_HEAD, *map(_run, folders)]
    for name, (title, how) in WANTED.items():
        if not (RUNS / name).exists():
            parts.append(NOT_RECORDED.format(title=title, how=how))
    parts.append("## Record your own\n\nEvery training writes such a folder, with a report beside it:\n\n")
    parts.append("    uv run resnet50 train\n")
    return "\n\n".join(parts)


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _run(folder: Path) -> str:
    config, machine, summary = (_read(folder / f"{name}.json") for name in ("config", "environment", "summary"))
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    result = {
        "test accuracy": f"{summary['test_accuracy']:.2f}%",
        "test loss": f"{summary['test_loss']:.4f}",
        "training loss": f"{summary['train_loss']:.4f}",
        "epochs": summary["epochs"],
        "seconds": f"{summary['seconds']:.1f}",
        "images/s": f"{summary['images_per_second']:.0f}",
        "parameters": f"{summary['parameters']:,}",
    }
    return "\n\n".join(
        [
            f"## {folder.name}",
            _table(result, "result", "value"),
            curve(folder.name, rows),
            "### Configuration\n\n" + _table(config, "option", "value"),
            "### Machine\n\n" + _table(machine, "what", "value"),
        ]
    )


def _table(values: dict[str, Any], left: str, right: str) -> str:
    rows = [f"| {escape(str(name))} | {escape(str(value))} |" for name, value in values.items()]
    return "\n".join([f"| {left} | {right} |", "| --- | --- |", *rows])


def curve(name: str, rows: list[dict[str, Any]]) -> str:
    """Return the loss over the epochs as a figure whose values can be read with pointer, keys, or from a table."""
    width, height, left, top = 420, 200, 40, 12
    highest = max(max(row["train_loss"], row["test_loss"]) for row in rows)
    step = width / max(len(rows) - 1, 1)

    def points(key: str) -> str:
        return " ".join(
            f"{left + number * step:.1f},{top + height * (1 - row[key] / highest):.1f}"
            for number, row in enumerate(rows)
        )

    ticks = "".join(
        f'<text x="{left - 6}" y="{top + height * (1 - share) + 4:.0f}" text-anchor="end">{highest * share:.2g}</text>'
        f'<path d="M{left} {top + height * (1 - share):.1f} h{width}" stroke="currentColor" stroke-opacity="0.15"/>'
        for share in (0, 0.5, 1)
    )
    alt = (
        f"Training and test loss of {name} by epoch: from {rows[0]['train_loss']:.2f} and {rows[0]['test_loss']:.2f} "
        f"to {rows[-1]['train_loss']:.3f} and {rows[-1]['test_loss']:.3f}."
    )
    svg = (
        f'<svg role="img" aria-label="{alt}" viewBox="0 0 470 252" font-size="12" fill="currentColor" '
        f'style="width: min(100%, 660px); height: auto">{ticks}'
        f'<polyline points="{points("train_loss")}" fill="none" stroke="var(--figure-1)" stroke-width="2"/>'
        f'<polyline points="{points("test_loss")}" fill="none" stroke="var(--figure-2)" stroke-width="2"/>'
        f'<path class="cursor" d="M{left} {top} v{height}" stroke="currentColor" visibility="hidden"/>'
        f'<text x="{left + width / 2}" y="246" text-anchor="middle">epoch, from 1 to {len(rows)}</text>'
        f'<path d="M{left + 190} 24 h22" stroke="var(--figure-1)" stroke-width="2"/>'
        f'<text x="{left + 218}" y="28">training loss</text>'
        f'<path d="M{left + 300} 24 h22" stroke="var(--figure-2)" stroke-width="2"/>'
        f'<text x="{left + 328}" y="28">test loss</text></svg>'
    )
    body = "".join(
        f"<tr><td>{row['epoch']}</td><td>{row['train_loss']:.4f}</td><td>{row['test_loss']:.4f}</td>"
        f"<td>{row['test_accuracy']:.2f}%</td><td>{row['seconds']:.1f}</td></tr>"
        for row in rows
    )
    head = "".join(f"<th>{word}</th>" for word in ("epoch", "training loss", "test loss", "test accuracy", "seconds"))
    table = (
        "<details><summary>All values</summary><table><thead><tr>"
        f"{head}</tr></thead><tbody>{body}</tbody></table></details>"
    )
    return f'<div class="curve" data-left="{left}" data-width="{width}">\n{figure(svg, alt)}\n{table}\n</div>'


def result(chapters: dict[Path, Run]) -> str:
    """Return the loss curve and the mistakes that chapter 6 drew when this site was built."""
    drawn = figures_of(chapters[max(path for path in chapters if path.stem.startswith("ch06"))])
    return "\n\n".join(figure(svg, alt) for svg, alt in (drawn[1], drawn[3]))


def calculator() -> str:
    """Return the figure that answers what if; without a script it is a table of the network as it is."""
    rows = [
        f"<tr><th scope='row'>{group.name}</th><td>{'×'.join(map(str, group.output_shape[::-1]))}</td>"
        f"<td>{group.blocks or ''}</td><td>{group.parameters:,}</td><td>{group.multiply_adds:,}</td></tr>"
        for group in groups()
    ]
    sums = f"{sum(g.parameters for g in groups()):,}</td><td>{sum(g.multiply_adds for g in groups()):,}"
    rows.append(f"<tr><th scope='row'>sum</th><td></td><td></td><td>{sums}</td></tr>")
    heads = "".join(
        f"<th scope='col'>{word}</th>" for word in ("group", "output", "blocks", "parameters", "multiply-adds")
    )
    return (
        f"<div id='calculator' data-size='{SIZE}' data-classes='{CLASSES}'>\n<table>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>{''.join(rows)}</tbody>\n</table>\n</div>"
    )


def command() -> str:
    """Return the reference of the command line, from the commands' own help."""
    root = typer.main.get_command(app)
    parts = [f"# The command `resnet50`\n\n{root.help}\n"]
    for name, entry in sorted(root.commands.items()):
        parts.append(f"## {name}\n\n{entry.help}\n")
        rows = ["| argument or option | meaning | default |", "| --- | --- | --- |"]
        for parameter in entry.params:
            names = ", ".join(f"`{option}`" for option in parameter.opts) or parameter.name
            if parameter.param_type_name == "argument":
                names = f"`{parameter.metavar or parameter.name.upper()}`"
            text = (getattr(parameter, "help", None) or "").replace("|", "\\|")
            default = getattr(parameter, "show_default", None)
            shown = default if isinstance(default, str) else _default(parameter.default)
            rows.append(f"| {names} | {text} | {shown} |")
        if len(rows) > 2:
            parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _default(value: Any) -> str:
    if value is None or value is False or not isinstance(value, (str, int, float, Path)):
        return ""
    return escape(str(value))
