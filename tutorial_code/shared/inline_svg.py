"""A figure within a page: matplotlib's SVG takes the page's font and colours, light or dark."""

import hashlib
import re

# matplotlib's colours for the first lines of a plot, and the variables that the page's style sheet
# sets instead
LINES = {
    "#1f77b4": "--figure-1",
    "#ff7f0e": "--figure-2",
    "#2ca02c": "--figure-3",
    "#d62728": "--figure-4",
}


def inline_svg(svg: str, alt: str) -> str:
    """Return an SVG that matplotlib wrote in a form that can be embedded in an HTML page.

    The page sets the variables ``--figure-1`` to ``--figure-4`` and ``--figure-paper``, and gives
    the text of figures the colour ``currentColor``.
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
    svg = re.sub(r"(\d\.\d\d)\d+", r"\1", svg)
    backgrounds = r"(?:opacity: 1; )?fill: #ffffff(?=[^>]*/>)"
    svg = re.sub(backgrounds, "fill: none", svg, count=2)
    svg = svg.replace("#000000", "currentColor").replace("#ffffff", "var(--figure-paper)")
    for colour, name in LINES.items():
        svg = svg.replace(colour, f"var({name})")
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
    style = f"width: min(100%, {float(width[1]) * 1.5:.0f}px); height: auto"
    head = f'<svg role="img" aria-label="{_attribute(alt)}" style="{style}"'
    return re.sub(r"\n+", "\n", svg.replace("<svg", head, 1)).strip()


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
