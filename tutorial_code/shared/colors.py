"""The colors of all figures: each means one thing, in every drawing, curve and table.

``x`` is what comes in and the shortcut, ``f`` the weights and the branch of convolutions, ``y``
what comes out and what is right, ``wrong`` a mistake.
"""

from typing import NamedTuple


class Scheme(NamedTuple):
    """The colors of one scheme, by the names that the style sheets use."""

    x: str
    x_fill: str
    f: str
    f_fill: str
    y: str
    y_fill: str
    wrong: str
    wrong_fill: str
    ink: str  # text and axes
    soft: str  # text of less weight
    paper: str
    panel: str
    rule: str


LIGHT = Scheme(
    *("#a84a08", "#fce3bf", "#2450b5", "#cbdaf8", "#0b6b60", "#bfe8df", "#b3123f", "#f9d0da"),
    *("#1c1f26", "#5a6070", "#fdfcf9", "#f6f3ec", "#e3dfd5"),
)
DARK = Scheme(
    *("#f3ae5b", "#5c3d14", "#8fb1ff", "#263c70", "#63d2c0", "#164a43", "#ff8ba5", "#5e1f31"),
    *("#e8e6e1", "#a6abb8", "#15171c", "#1d2027", "#30343e"),
)


def css_variables(scheme: Scheme) -> str:
    """Return the colors of a scheme as CSS declarations, such as ``--x-fill: #fce3bf;``."""
    return " ".join(
        f"--{name.replace('_', '-')}: {value};" for name, value in scheme._asdict().items()
    )
