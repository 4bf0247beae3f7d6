"""Several runs side by side: a table, and one image with their curves."""

from collections.abc import Sequence
from pathlib import Path

from tutorial_code.runs.checkpoint import write_atomically
from tutorial_code.runs.reports.report import read_recorded
from tutorial_code.shared import plots
from tutorial_code.shared.errors import ReaderError

HEAD = (
    "run",
    "data",
    "recipe",
    "epochs",
    "training loss",
    "test loss",
    "test accuracy",
    "seconds",
    "images/s",
)


def compare_runs(folders: Sequence[Path], output: Path) -> str:
    """Write the curves of finished runs as one SVG, and return their table as text.

    Raises:
        ReaderError: a run has not finished, or the image cannot be written.
    """
    if len(folders) < 2:
        raise ReaderError("Name at least two runs to compare.")
    if output.suffix != ".svg":
        raise ReaderError(f"The image is an SVG: let the name {output} end in .svg.")
    recorded = {str(folder): read_recorded(folder) for folder in folders}
    rows = [HEAD]
    for name, run in recorded.items():
        s = run.summary
        result = f"{s['test_accuracy']:.2f}%"
        if "standard_error" in s:
            result += f" ± {s['standard_error']:.2f}"
        if run.tested_on != "test":
            result += f" ({run.tested_on})"
        losses = f"{s['train_loss']:.4f}", f"{s['test_loss']:.4f}"
        speed = f"{s['seconds']:.1f}", f"{s['images_per_second']:.0f}"
        recipe = run.config.get("recipe", "basic") + (", mine" if run.config.get("mine") else "")
        rows.append((name, run.config["data"], recipe, str(s["epochs"]), *losses, result, *speed))
    lines = {name: [epoch.test_accuracy for epoch in run.history] for name, run in recorded.items()}
    figure = plots.curves(lines, "epoch", "accuracy in percent")
    write_atomically(output, lambda file: file.write(plots.to_svg(figure).encode()))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
