"""Several runs side by side: a table, and one figure with their curves."""

from collections.abc import Sequence
from pathlib import Path

from tutorial_code.runs import run_files
from tutorial_code.runs.run_record import read_record
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
        ReaderError: a run has not finished, or the figure cannot be written.
    """
    if len(folders) < 2:
        raise ReaderError("Name at least two runs to compare.")
    if output.suffix != ".svg":
        raise ReaderError(f"The figure is an SVG: choose a name that ends in .svg, not {output}.")
    records = {str(folder): read_record(folder) for folder in folders}
    rows = [HEAD]
    for name, record in records.items():
        s = record.summary
        result = f"{s['test_accuracy']:.2f}%"
        if "standard_error" in s:
            result += f" ± {s['standard_error']:.2f}"
        if record.tested_on != "test":
            result += f" ({record.tested_on})"
        losses = f"{s['train_loss']:.4f}", f"{s['test_loss']:.4f}"
        speed = f"{s['seconds']:.1f}", f"{s['images_per_second']:.0f}"
        recipe = record.config.recipe + (", mine" if record.config.mine else "")
        rows.append((name, record.config.data, recipe, str(s["epochs"]), *losses, result, *speed))
    lines = {
        name: [epoch.test_accuracy for epoch in record.history] for name, record in records.items()
    }
    figure = plots.curves(lines, "epoch", "accuracy in percent")
    run_files.write_text(output, plots.to_svg(figure))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
