"""The figures of the chapters and of the reports, drawn with matplotlib."""

import builtins
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogFormatter
from torch import Tensor

# matplotlib's own type for the names lists each of them.
STYLE: dict[Any, object] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "font.family": "sans-serif",
    "savefig.bbox": "tight",
    "svg.fonttype": "none",
    "svg.hashsalt": "resnet50",
}


def show(figure: Figure, name: str, alt: str) -> None:
    """Display a figure in a notebook; in a script, save it as an SVG and print what it shows.

    Args:
        figure: a figure made by one of the functions below.
        name: the name of the file in ``figures/``, without its extension.
        alt: what the figure shows, in a sentence, for people who cannot see it.
    """
    svg = to_svg(figure)
    if hasattr(builtins, "__IPYTHON__"):
        from IPython.display import SVG, display

        display(SVG(svg), metadata={"image/svg+xml": {"name": name, "alt": alt}})
        return
    path = Path("figures") / f"{name}.svg"
    path.parent.mkdir(exist_ok=True)
    path.write_text(svg, encoding="utf-8")
    print(f"[{path}] {alt}")


def to_svg(figure: Figure) -> str:
    """Return the figure as the text of an SVG file, the same text for the same figure."""
    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def image_grid(images: Sequence[Tensor] | Tensor, titles: Sequence[str], columns: int) -> Figure:
    """Draw images in a grid.

    Args:
        images: (n, 3, height, width), uint8, or float in 0 to 1; or n images of several sizes.
        titles: one per image; may contain line breaks.
        columns: images per row.
    """
    rows = -(-len(images) // columns)
    lines = max(title.count("\n") + 1 for title in titles)
    figure, axes = _figure(rows, columns, width=1.0 * columns, height=rows * (1.0 + 0.16 * lines))
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, title in zip(axes.flat, images, titles, strict=False):
        axis.imshow(image.permute(1, 2, 0).numpy(), interpolation="nearest")
        axis.set_title(title, fontsize=8)
    return figure


def curves(
    lines: Mapping[str, Sequence[float]],
    x_label: str,
    y_label: str,
    log: bool = False,
    first: int = 1,
) -> Figure:
    """Draw one line per name over ``first``, ``first + 1``, …; ``log`` scales y logarithmically."""
    figure, axes = _figure(1, 1, width=5, height=3)
    axis = axes[0, 0]
    for name, values in lines.items():
        x = range(first, first + len(values))
        axis.plot(x, values, label=name, marker="o" if len(values) <= 30 else None, markersize=3)
    if log:
        axis.set_yscale("log")
        axis.yaxis.set_major_formatter(LogFormatter())
        axis.yaxis.set_minor_formatter(LogFormatter())
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set(xlabel=x_label, ylabel=y_label)
    axis.legend(frameon=False)
    return figure


def confusion(counts: Sequence[Sequence[int]], classes: Sequence[str]) -> Figure:
    """Draw a confusion matrix: a row for each true class, a column for each prediction.

    Shading is by the share of the row; the numbers are counts. More than 20 classes are drawn
    without numbers.
    """
    side = min(0.42 * len(classes) + 1.4, 9)
    figure, axes = _figure(1, 1, width=side, height=side)
    axis = axes[0, 0]
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    for i, shares_of_class in enumerate(shares):
        for j, share in enumerate(shares_of_class):
            if share:  # transparent rather than pale, so that it fits a dark page, too
                axis.add_patch(
                    Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor="C0", alpha=share, linewidth=0)
                )
    axis.set(xlim=(-0.5, len(classes) - 0.5), ylim=(len(classes) - 0.5, -0.5), aspect="equal")
    if len(classes) <= 20:
        for i, row in enumerate(counts):
            for j, count in enumerate(row):
                if count:
                    color = "white" if shares[i][j] > 0.5 else "black"
                    axis.text(j, i, str(count), ha="center", va="center", fontsize=7, color=color)
        axis.set_xticks(range(len(classes)), classes, rotation=90)
        axis.set_yticks(range(len(classes)), classes)
    axis.set(xlabel="predicted class", ylabel="true class")
    return figure


def _figure(rows: int, columns: int, width: float, height: float) -> tuple[Figure, np.ndarray]:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.subplots(rows, columns, squeeze=False)
