"""Figures on a page, each with its caption."""

from typing import Any

from tutorial_code.inline_svg import inline_svg


def drawn(output: dict[str, Any]) -> tuple[str, str] | None:
    """Return the figure that a cell's output holds, as SVG for a page, with what it shows; or None."""
    svg = output.get("data", {}).get("image/svg+xml")
    if not svg:
        return None
    alt = output["metadata"]["image/svg+xml"]["alt"]
    return inline_svg("".join(svg), alt), alt


def figure(svg: str, alt: str) -> str:
    """Return an SVG with its caption."""
    return f'<figure class="drawn">\n{svg}\n<figcaption>{alt}</figcaption>\n</figure>'
