"""What recorded mistakes do to a training, drawn beside the right version."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from tutorial_code.shared import plots, tables

RUN, RIGHT = "mistakes-cpu", "none"


def show_mistakes(
    mistakes: Mapping[str, str],
    name: str,
    caption: str,
    alt: str,
    most: float = 5.0,
    run: str = RUN,
) -> None:
    """Show the loss of each step, or else of each epoch, and the test accuracy of each epoch, three
    seeds a mistake.

    Args:
        mistakes: what each mistake is called above its curves, at most 20 letters, by its id in the
            catalogue.
        name: as for ``plots.show``.
        caption: as for ``plots.show``.
        alt: as for ``plots.show``.
        most: the upper end of the axis of the loss. Values above it are drawn at the edge.
        run: the recorded run.
    """
    steps, epochs = (
        tables.recorded_run(run).rows(name) for name in ("steps.jsonl", "curves.jsonl")
    )
    wide, axes = plots.figure_with(2, len(mistakes), width=6.4, height=3.4)
    narrow, narrow_axes = plots.figure_with(len(mistakes), 2, plots.NARROW, 1.5 * len(mistakes))
    for place, (id, title) in enumerate(mistakes.items()):
        for loss, accuracy, axis in (
            (*axes[:, place], axes[0, place]),
            (*narrow_axes[place], narrow_axes[place, 0]),
        ):
            _losses(loss, steps or epochs, id, most)
            loss.set_xlabel("step" if steps else "epoch")
            _accuracies(accuracy, epochs, id)
            axis.set_title(title, loc="left", color=plots.WRONG, fontsize=9)
    kind = "loss of a batch" if steps else "training loss"
    for row, label in enumerate((kind, "test accuracy, %")):
        axes[row, 0].set_ylabel(label)
        for axis in (*axes[row, 1:], *narrow_axes[:, row]):
            axis.set_ylabel("" if axis in axes[row] else label)
    plots.show(wide, name, alt, caption, narrow=narrow)


def print_mistakes(mistakes: Mapping[str, str], run: str = RUN) -> None:
    """Print the test accuracies of the right version and of some mistakes after the training."""
    rows = {row["id"]: row for row in tables.recorded_run(run).rows()}
    widest = max(map(len, [*mistakes.values(), "right"]))
    print(f"{'':{widest}}  test accuracy, three seeds   training loss")
    for id, title in {RIGHT: "right", **mistakes}.items():
        row = rows[id]
        print(
            f"{title:{widest}}  {row['accuracy']:5.1f}% ({row['lowest']:.1f} to "
            f"{row['highest']:.1f})   {row['loss']:15.2f}"
        )


def _losses(axis: Axes, rows: list[dict[str, Any]], id: str, most: float) -> None:
    for each, color in ((RIGHT, plots.Y), (id, plots.WRONG)):
        for row in rows:
            if row["id"] == each:
                # A loss that is not a number is drawn at the edge, too.
                losses = [loss if loss < most else most for loss in row["losses"]]
                axis.plot(range(1, len(losses) + 1), losses, color=color, linewidth=0.8)
                if "accuracies" in row:  # by epoch
                    axis.set_xticks(range(1, len(losses) + 1))
    axis.set(ylim=(0, 1.03 * most))


def _accuracies(axis: Axes, rows: list[dict[str, Any]], id: str) -> None:
    for each, color in ((RIGHT, plots.Y), (id, plots.WRONG)):
        for row in rows:
            if row["id"] == each:
                epochs = range(1, len(row["accuracies"]) + 1)
                (line,) = axis.plot(epochs, row["accuracies"], "--", color=color, linewidth=0.8)
                line.set(marker="o", markersize=2.5)
                axis.set_xticks(list(epochs))
    axis.set(ylim=(0, 103), xlabel="epoch")
