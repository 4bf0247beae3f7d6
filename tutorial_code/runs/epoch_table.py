"""The table of a run's epochs, as the terminal, the reports and the site show it."""

from collections.abc import Sequence

from tutorial_code.ch07_results import Epoch

Row = tuple[str, ...]


def head(tested_on: str) -> Row:
    """Return the headings; ``tested_on`` is ``test`` or ``validation``."""
    return "epoch", "training loss", f"{tested_on} loss", f"{tested_on} accuracy", "seconds"


def row(epoch: Epoch) -> Row:
    """Return the cells of one epoch."""
    losses = f"{epoch.train_loss:.4f}", f"{epoch.test_loss:.4f}"
    return str(epoch.epoch), *losses, f"{epoch.test_accuracy:.2f}%", f"{epoch.seconds:.1f}"


def line(cells: Row, tested_on: str) -> str:
    """Return a row as the terminal shows it, each cell as wide as its heading."""
    widths = map(len, head(tested_on))
    return "  ".join(cell.rjust(max(width, 7)) for cell, width in zip(cells, widths, strict=True))


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows, the first of which is the head, as a Markdown table."""
    first, *others = rows
    rule = ["---"] * len(first)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (first, rule, *others))


def html(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of escaped cells, the first of which is the head, as an HTML table."""
    first, *others = rows
    top = "".join(f"<th>{cell}</th>" for cell in first)
    lines = ("".join(f"<td>{cell}</td>" for cell in cells) for cells in others)
    body = "\n".join(f"<tr>{cells}</tr>" for cells in lines)
    return f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
