"""A figure within a page: matplotlib's SVG takes the page's font and colors, light or dark."""

import hashlib
import re

from tutorial_code.shared.colors import LIGHT

SCALE = 1.5  # CSS pixels a point: text of 9 points is as large as the labels of drawings


def inline_svg(svg: str, alt: str) -> str:
    """Return an SVG that matplotlib wrote in a form that can be embedded in an HTML page.

    The page sets the variables of ``css_variables``, and gives the text of figures the color
    ``currentColor``.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(
        r"<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>|<!--.*?-->",
        "",
        svg,
        flags=re.DOTALL,
    )
    images: list[str] = []

    def put_aside(match: re.Match) -> str:
        images.append(match[0])
        return f"@{len(images) - 1}@"

    svg = re.sub(r"data:image/png;base64,[^\"]+", put_aside, svg)
    svg = re.sub(r"<[^>]*>", _shorter, svg)
    backgrounds = r"(?:opacity: 1; )?fill: #ffffff(?=[^>]*/>)"
    svg = re.sub(backgrounds, "fill: none", svg, count=2)
    svg = svg.replace("#000000", "currentColor").replace("#ffffff", "var(--paper)")
    for name, color in LIGHT._asdict().items():
        svg = svg.replace(color, f"var(--{name.replace('_', '-')})")
    svg = re.sub(r"font: ([\d.]+px)[^;\"]*", r"font-size: \1", svg)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    prefix = hashlib.sha256(svg.encode()).hexdigest()[:6]
    for name in set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)):
        svg = re.sub(
            rf'(id="|href="#|url\(#){re.escape(name)}(?=["\)])', rf"\g<1>{prefix}-{name}", svg
        )
    svg = re.sub(r' id="(?!' + prefix + r')[^"]*"', "", svg)
    svg = re.sub(r"@(\d+)@", lambda match: images[int(match[1])], svg)
    svg = re.sub(r"\n\s*", "\n", svg)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)  # HTML does not need them
    width = re.search(r'width="([\d.]+)pt"', svg)
    assert width, "matplotlib writes how wide a figure is"
    # matplotlib does not write a fill of black, which is what an SVG fills with by itself.
    style = "fill: currentColor; "
    style += f"width: min(100%, {float(width[1]) * SCALE:.0f}px); height: auto"
    head = f'<svg role="img" aria-label="{_attribute(alt)}" style="{style}"'
    return re.sub(r"\n+", "\n", svg.replace("<svg", head, 1)).strip()


def _shorter(tag: re.Match) -> str:
    """Return a tag with fewer decimals; a line is as exact as one sees. Words are in no tag."""
    lines = re.sub(r' d="([^"]*)"', lambda d: f' d="{by_steps(d[1])}"', tag[0])
    lines = re.sub(r' d="[^"]*"', lambda d: re.sub(r"(\.\d)\d+", r"\1", d[0]), lines)
    return re.sub(r"(\d\.\d\d)\d+", r"\1", lines)


def by_steps(path: str) -> str:
    """Return the path of a line of several points by the steps from each to the next, in tenths of
    a point: half as much to load. Other paths stay as they are.
    """
    points = re.findall(r"([ML]) (-?[\d.]+) (-?[\d.]+) ", path)
    end = "z" if path.rstrip().endswith("z") else ""
    if len(points) < 3 or re.search(r"[^MLz\d.\s-]", path):
        return path
    made: list[str] = []
    x = y = 0
    for kind, *place in points:
        to_x, to_y = (round(10 * float(number)) for number in place)
        steps = (to_x, to_y) if kind == "M" else (to_x - x, to_y - y)
        written = " ".join(f"{step / 10:g}" for step in steps)
        begins = kind == "L" and made[-1][0] == "M"
        made.append(kind + written if kind == "M" else ("l" if begins else " ") + written)
        x, y = to_x, to_y
    return re.sub(r"(?<![\d])0\.", ".", "".join(made)).replace(" -", "-") + end


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
