"""Several runs side by side: a table, one figure with their curves, and what differs."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import Tensor

from tutorial_code.ch07_results import paired_difference
from tutorial_code.data.data_sets import find_data_set
from tutorial_code.runs import run_files
from tutorial_code.runs.chosen_images import load_data
from tutorial_code.runs.results import read_results
from tutorial_code.runs.run_record import RunRecord, read_record
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


Records = dict[str, RunRecord]  # by the names of their folders


def read_runs(folders: Sequence[Path]) -> Records:
    """Read finished runs.

    Raises:
        ReaderError: there are fewer than two, or one has not finished.
    """
    if len(folders) < 2:
        raise ReaderError("Name at least two runs to compare.")
    return {str(folder): read_record(folder) for folder in folders}


def require_svg(output: Path) -> None:
    """Refuse a name for the figure that promises another format.

    Raises:
        ReaderError: it does not end in ``.svg``.
    """
    if output.suffix != ".svg":
        raise ReaderError(f"The figure is an SVG: choose a name that ends in .svg, not {output}.")


def draw_runs(records: Records, output: Path) -> None:
    """Write the curves of runs as one SVG.

    Raises:
        ReaderError: it cannot be written.
    """
    lines = {
        name: [epoch.test_accuracy for epoch in record.history] for name, record in records.items()
    }
    run_files.write_text(output, plots.to_svg(plots.curves(lines, "epoch", "accuracy in percent")))


def compare_runs(records: Records) -> str:
    """Return the table of runs as text, the settings in which they differ, and a sentence on how
    each differs from the first, where both were tested on the same images.
    """
    rows = [HEAD]
    for name, record in records.items():
        s = record.summary
        result = record.accuracy
        if record.tested_on != "test":
            result += f" ({record.tested_on})"
        losses = f"{s['train_loss']:.4f}", f"{s['test_loss']:.4f}"
        speed = f"{s['seconds']:.1f}", f"{s['images_per_second']:.0f}"
        recipe = record.config.recipe + (", mine" if record.config.mine else "")
        rows.append((name, record.config.data, recipe, str(s["epochs"]), *losses, result, *speed))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    table = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*table, *_settings(records), *_differences(records)])


def _settings(records: Records) -> list[str]:
    """Return a line for each setting in which the runs differ."""
    configs = [asdict(record.config) for record in records.values()]
    values = {name: [_in_words(config[name]) for config in configs] for name in configs[0]}
    unlike = {name: found for name, found in values.items() if len(set(found)) > 1}
    lines = [f"{name:<12} {', '.join(found)}" for name, found in unlike.items()]
    answers = [record.answers for record in records.values()]
    if any(others != answers[0] for others in answers):
        lines.append("The code that you wrote differs between them.")
    elif not unlike:
        lines.append("They have the same settings.")
    elif unlike.keys() == {"seed"}:
        lines.append(
            "They differ in nothing but the seed, so what lies between them is chance of the "
            "training (chapter 7), and no better recipe."
        )
    return lines


def _in_words(value: Any) -> str:
    return (" ".join(value) or "nothing") if isinstance(value, (tuple, list)) else str(value)


def _differences(records: Records) -> list[str]:
    """Return a sentence for each run after the first that was tested on the first one's images."""
    (first, record), *others = records.items()
    alike = {name: other for name, other in others if _images(other) == _images(record)}
    if not alike or not _at_hand(record.config.data):
        return []
    try:
        data = load_data(record.config)
        right = {
            name: read_results(Path(name), data).logits.argmax(dim=1) == data.test_labels
            for name in (first, *alike)
        }
    except ReaderError:  # the images have changed, or a run keeps no logits
        return []
    return [difference_sentence(first, right[first], name, right[name]) for name in alike]


def _images(record: RunRecord) -> tuple[str, int, int]:
    """Return what decides on which images a run is tested."""
    config = record.config
    return config.data, config.val_size, config.seed if config.val_size else 0


def _at_hand(spec: str) -> bool:
    """Tell whether a data set need not be downloaded for a comparison."""
    data_set, path = find_data_set(spec)
    return not data_set.on_disk or (path or Path("data")).is_dir()


def difference_sentence(first: str, right: Tensor, second: str, other: Tensor) -> str:
    """Return in a sentence by how much two runs differ on the same images, and with what error.

    Args:
        first: the name of a run.
        right: for each image whether it is right, bool (n,).
        second: the name of another run.
        other: the same for it.
    """
    images = f"the same {len(right):,} images"
    found = paired_difference(right, other)
    if not found.only_first + found.only_second:
        return f"{first} and {second} classify exactly the same of {images} correctly."
    ahead, behind = (first, second) if found.points >= 0 else (second, first)
    counts = sorted((found.only_first, found.only_second), reverse=True)
    verdict = (
        "more than two standard errors"
        if abs(found.points) > 2 * found.standard_error
        else "not more than two standard errors, so it may be chance"
    )
    return (
        f"{ahead} is {abs(found.points):.2f} ± {found.standard_error:.2f} points ahead of {behind} "
        f"on {images} ({counts[0]:,} only it classifies correctly, {counts[1]:,} only the other): "
        f"{verdict}."
    )
