"""The bars of the calculator's page: every count in them is taken from the network itself."""

from pipeline.counts import SIZE, groups
from pipeline.figures import framed

WHOLE = 300  # the width of a bar that holds everything


def shares() -> str:
    """Draw where parameters and multiply-adds are, a pair of bars for each group; the calculator
    moves them.
    """
    parts, y = [], 20
    total_parameters = sum(group.parameters for group in groups())
    total_adds = sum(group.multiply_adds for group in groups())
    for group in groups():
        parameters, adds = group.parameters / total_parameters, group.multiply_adds / total_adds
        parts.append(_text(0, y + 17, group.name, "bold"))
        for offset, share, color in ((0, parameters, "f"), (14, adds, "x")):
            bar = _box(66, y + offset, share * WHOLE, 12, color)
            label = _text(71 + share * WHOLE, y + offset + 10.5, f"{share:.1%}")
            parts.append(f'<g class="bar">{bar}{label}</g>')
        y += 38
    parts += [
        _box(66, 0, 10, 10),
        _text(80, 10, "parameters"),
        _box(180, 0, 10, 10, "x"),
        _text(194, 10, "multiply-adds"),
    ]
    alt = "Shares of parameters and of multiply-adds: " + "; ".join(
        f"{group.name} {group.parameters / total_parameters:.1%} and "
        f"{group.multiply_adds / total_adds:.1%}"
        for group in groups()
    )
    largest = max(groups(), key=lambda group: group.parameters)
    busiest = max(groups(), key=lambda group: group.multiply_adds)
    sentence = (
        f"At {SIZE}×{SIZE} pixels {largest.name} holds the largest share of the parameters, "
        f"{largest.parameters / total_parameters:.1%}, and {busiest.name} the largest share of the "
        f"multiply-adds, {busiest.multiply_adds / total_adds:.1%}."
    )
    drawing = framed("plot", "", _svg(426, y, alt, parts), sentence)
    return f"<div id='shares' data-left='66' data-whole='{WHOLE}'>\n{drawing}\n</div>"


def _svg(width: float, height: float, alt: str, parts: list[str]) -> str:
    body = "\n".join(filter(None, parts))
    return (
        f'<svg role="img" aria-label="{alt}" viewBox="0 0 {width:g} {height:g}" '
        f'style="width: min(100%, {width * 1.4:.0f}px); height: auto">\n{body}\n</svg>'
    )


def _box(x: float, y: float, width: float, height: float, color: str = "f") -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1.5" '
        f'fill="var(--{color})" fill-opacity="0.3" stroke="var(--{color})"/>'
    )


def _text(x: float, y: float, text: str, kind: str = "start") -> str:
    style = 'font-weight="bold"' if kind == "bold" else f'text-anchor="{kind}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="13" fill="currentColor" {style}>{text}</text>'
