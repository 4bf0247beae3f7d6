"""Figures on a page, each with its number and caption."""

import base64
import io
import re
from html import escape
from typing import Any, NamedTuple

import markdown
from PIL import Image

from pipeline.data_uris import data_uri
from pipeline.drawings import Drawing
from pipeline.markdown import mathml
from tutorial_code.shared.inline_svg import inline_svg

DRAWN = re.compile(
    r"!\[(?P<caption>[^\]]*(?:\][^(][^\]]*)*)\]\(figure:(?P<name>[\w-]+)\)", re.DOTALL
)
PHOTOGRAPH = 800  # letters of an embedded image that is worth compressing


class Figure(NamedTuple):
    """A figure that a cell of a chapter drew."""

    name: str  # as the chapter names it
    svg: str  # for use within a page
    alt: str  # what it shows
    caption: str = ""  # Markdown
    narrow: str = ""  # the same for a phone, where it must differ


def figure_in(output: dict[str, Any]) -> Figure | None:
    """Return the figure that a cell's output holds, or None."""
    svg = output.get("data", {}).get("image/svg+xml")
    if not svg:
        return None
    said = output["metadata"]["image/svg+xml"]
    narrow = said.get("narrow")
    return Figure(
        said["name"],
        _lighter(inline_svg("".join(svg), said["alt"])),
        said["alt"],
        said.get("caption", ""),
        _lighter(inline_svg(narrow, said["alt"])) if narrow else "",
    )


def _lighter(svg: str) -> str:
    """Return an SVG whose images are compressed as photographs are."""

    def compressed(match: re.Match) -> str:
        if len(match[1]) < PHOTOGRAPH:
            return match[0]
        image = Image.open(io.BytesIO(base64.b64decode(match[1]))).convert("RGB")
        return data_uri(image, "webp", quality=85, method=6)

    return re.sub(r"data:image/png;base64,([\w+/=\s]+)", compressed, svg)


def plot(found: Figure, number: str = "") -> str:
    """Return a figure that a cell drew, with its caption."""
    stage = found.svg
    if found.narrow:
        wide, narrow = (
            svg.replace("<svg ", f'<svg class="{kind}" ', 1)
            for svg, kind in ((found.svg, "wide"), (found.narrow, "narrow"))
        )
        stage = f"{wide}\n{narrow}"
    return framed("plot", "", stage, found.caption or found.alt, number)


def drawn(found: Drawing, caption: str, number: str = "") -> str:
    """Return a figure drawn by code in its still form; scripts let it move."""
    stage = f"{found.wide}\n{found.narrow}"
    beside = ""
    if found.moves:
        beside = f'<p class="says">{escape(found.says)}</p>\n'
        if found.data:
            data = found.data.replace("</", "<\\/")
            beside += f'<script type="application/json" class="data">{data}</script>\n'
    attribute = f' data-figure="{found.name}"' if found.moves else ""
    return framed("drawing", attribute, stage, caption, number, beside)


def framed(
    kind: str, attribute: str, stage: str, caption: str, number: str = "", beside: str = ""
) -> str:
    """Return a figure: what is drawn, what stands beside it, and the caption, Markdown."""
    words = " ".join(caption.split())
    text = markdown.markdown(mathml(words)).removeprefix("<p>").removesuffix("</p>")
    named = f"<strong>Figure {number}.</strong> " if number else ""
    return (
        f'<figure class="{kind}"{attribute}>\n<div class="stage" data-search-exclude>\n{stage}\n'
        f"</div>\n{beside}<figcaption>{named}{text}</figcaption>\n</figure>"
    )
