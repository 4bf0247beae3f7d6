"""Figures on a page, each with its caption."""

from typing import Any, NamedTuple

from tutorial_code.shared.inline_svg import inline_svg


class Figure(NamedTuple):
    """A figure that a cell of a chapter drew."""

    name: str  # as the chapter names it
    svg: str  # for use within a page
    alt: str  # what it shows


def figure_in(output: dict[str, Any]) -> Figure | None:
    """Return the figure that a cell's output holds, or None."""
    svg = output.get("data", {}).get("image/svg+xml")
    if not svg:
        return None
    said = output["metadata"]["image/svg+xml"]
    return Figure(said["name"], inline_svg("".join(svg), said["alt"]), said["alt"])


def figure(svg: str, alt: str) -> str:
    """Return an SVG with its caption."""
    return f'<figure class="drawn">\n{svg}\n<figcaption>{alt}</figcaption>\n</figure>'
