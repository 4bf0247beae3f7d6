"""The figures of the chapters and of the reports, drawn with matplotlib."""

import builtins
import io
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, NullFormatter
from torch import Tensor

from tutorial_code.shared.colors import LIGHT

X, F, Y, WRONG = LIGHT.x, LIGHT.f, LIGHT.y, LIGHT.wrong
LONGEST_NAME = 20  # letters of a name that is written at the end of its line
NARROW = 3.0  # inches: the width of a phone's page

# matplotlib's own type for the names lists each of them.
STYLE: dict[Any, object] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.prop_cycle": cycler(color=[F, X, Y, WRONG]),
    "axes.titlesize": "medium",
    "font.family": "sans-serif",
    "font.size": 9,
    "lines.linewidth": 1.6,
    "savefig.bbox": "tight",
    "svg.fonttype": "none",
    "svg.hashsalt": "resnet50",
}


def show(
    figure: Figure, name: str, alt: str, caption: str = "", narrow: Figure | None = None
) -> None:
    """Display a figure in a notebook; in a script, save it as an SVG and print what it shows.

    Args:
        figure: a figure made by one of the functions below, or by matplotlib; at most 6.4 inches
            wide.
        name: the name of the file in ``figures/``, without its extension.
        alt: what the figure shows, in a sentence, for people who cannot see it.
        caption: what to look at, and what it shows; Markdown. Without it the page shows ``alt``.
        narrow: the figure as a phone shows it. Without it, the same figure is laid out anew.
    """
    svg = to_svg(figure)
    if hasattr(builtins, "__IPYTHON__"):
        from IPython.display import SVG, display

        about = {"name": name, "alt": alt, "caption": caption, "narrow": _narrow(figure, narrow)}
        display(SVG(svg), metadata={"image/svg+xml": about})
        return
    path = Path("figures") / f"{name}.svg"
    path.parent.mkdir(exist_ok=True)
    path.write_text(svg, encoding="utf-8")
    print(f"[{path}] {alt}")


def _narrow(figure: Figure, narrow: Figure | None) -> str:
    """Return the SVG for a phone, or nothing where the figure fits as it is."""
    if narrow is not None:
        return to_svg(narrow)
    width, height = figure.get_size_inches()
    if width <= NARROW * 1.1:
        return ""
    figure.set_size_inches(NARROW, max(height * NARROW / width, min(height, 2.4)))
    return to_svg(figure)


def figure_with(rows: int, columns: int, width: float, height: float) -> tuple[Figure, np.ndarray]:
    """Return an empty figure in the style of all others, and its axes, (rows, columns).

    Args:
        rows: of axes.
        columns: of axes.
        width: inches; at most 6.4, or 3 for a phone.
        height: inches.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.subplots(rows, columns, squeeze=False)


def to_svg(figure: Figure) -> str:
    """Return the figure as the text of an SVG file, the same text for the same figure."""
    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def image_grid(
    images: Sequence[Tensor] | Tensor, titles: Sequence[str], columns: int, size: float = 1.0
) -> Figure:
    """Draw images in a grid.

    Args:
        images: (n, 3, height, width), uint8, or float in 0 to 1; or n images of several sizes.
        titles: one per image; may contain line breaks.
        columns: images per row.
        size: inches a side of an image.
    """
    rows = -(-len(images) // columns)
    lines = max(title.count("\n") + 1 for title in titles)
    tall = max(image.shape[-2] / image.shape[-1] for image in images) * size
    height = rows * (tall + 0.16 * lines)
    figure, axes = figure_with(rows, columns, width=size * columns, height=height)
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, title in zip(axes.flat, images, titles, strict=False):
        axis.imshow(image.permute(1, 2, 0).numpy(), interpolation="none")
        axis.set_title(title, fontsize=9)
    return figure


def mark(axis: Axes, strength: Tensor, side: float) -> None:
    """Lay amber over a square from (0, 0) to (side, side), as opaque as each place is strong.

    Args:
        axis: with what is marked.
        strength: (rows, columns), 0 to 1.
        side: of the square.
    """
    amber = np.ones((*strength.shape, 4))
    amber[..., :3] = matplotlib.colormaps["Wistia"](0.83)[:3]
    # An array with four channels: an opacity beside the colors is not written into an SVG.
    amber[..., 3] = strength.numpy()
    axis.imshow(amber, extent=(0, side, side, 0), interpolation="none")


def curves(
    lines: Mapping[str, Sequence[float]],
    x_label: str,
    y_label: str,
    log: bool = False,
    first: int = 1,
    colors: Mapping[str, str] | None = None,
    dashed: Collection[str] = (),
) -> Figure:
    """Draw one line per name over ``first``, ``first + 1``, …; each is named at its end, or below
    if names are long.

    Args:
        lines: the values of each line.
        x_label: what is counted along the x axis.
        y_label: what the values are.
        log: whether the y axis is logarithmic.
        first: the x of the first value.
        colors: the color of each name, such as ``plots.X``; by default those of the style.
        dashed: the names that are drawn dashed, such as those of tests.
    """
    figure, axes = figure_with(1, 1, width=5.6, height=3)
    axis = axes[0, 0]
    drawn = {}
    for name, values in lines.items():
        x = range(first, first + len(values))
        marker = "o" if len(values) <= 30 else None
        style = "--" if name in dashed else "-"
        color = (colors or {}).get(name)
        (drawn[name],) = axis.plot(
            x, values, style, label=name, color=color, marker=marker, markersize=3
        )
    if log:
        axis.set_yscale("log")
        plain = FuncFormatter(lambda value, _: f"{value:g}")
        low, high = axis.get_ylim()
        axis.yaxis.set_major_formatter(plain)
        axis.yaxis.set_minor_formatter(plain if high < 10 * low else NullFormatter())
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set(xlabel=x_label, ylabel=y_label)
    if max(map(len, lines)) > LONGEST_NAME:
        figure.legend(loc="outside lower center", frameon=False)
    else:
        name_ends(axis, {name: (lines[name][-1], line.get_color()) for name, line in drawn.items()})
    return figure


def name_ends(axis: Axes, ends: Mapping[str, tuple[float, Any]]) -> None:
    """Write each name at the right of the axis, at the height of its line's last value.

    Args:
        axis: with its lines and scale.
        ends: of each name the last value and the color.
    """
    axis.autoscale_view()  # the limits may not have followed the lines yet
    to_axis = axis.transData + axis.transAxes.inverted()
    heights = {name: to_axis.transform((1, value))[1] for name, (value, _) in ends.items()}
    lowest = -0.05
    for name in sorted(ends, key=lambda name: heights[name]):
        lowest = max(lowest, heights[name])
        axis.text(1.02, lowest, name, color=ends[name][1], transform=axis.transAxes, va="center")
        lowest += 0.085  # a line of text


def confusion(counts: Sequence[Sequence[int]], classes: Sequence[str]) -> Figure:
    """Draw a confusion matrix: a row for each true class, a column for each prediction.

    Shading is by the share of the row; the numbers are counts. More than 20 classes are drawn
    without numbers, and more than 100 as one image, because a million squares take minutes.
    """
    side = min(0.42 * len(classes) + 1.4, 9)
    figure, axes = figure_with(1, 1, width=side, height=side)
    axis = axes[0, 0]
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    if len(classes) > 100:
        squares = np.empty((len(classes), len(classes), 4))
        squares[..., :3], squares[..., 3] = matplotlib.colors.to_rgb(F), shares
        axis.imshow(squares, interpolation="none")
    for i, shares_of_class in enumerate(shares if len(classes) <= 100 else []):
        for j, share in enumerate(shares_of_class):
            if share:  # transparent rather than pale, so that it fits a dark page, too
                axis.add_patch(
                    Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=F, alpha=share, linewidth=0)
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
