"""Drawings: ``docs/figures/NAME.js``, run when the site is built for their still form."""

import importlib.util
import json
import re
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from py_mini_racer import MiniRacer

from pipeline import ROOT
from pipeline.execute import cached, key_of
from tutorial_code.shared.colors import LIGHT, Scheme, css_variables

FIGURES = ROOT / "docs" / "figures"
ASSETS = ROOT / "docs" / "assets"
LANGUAGE = ASSETS / "drawing.js"
MARGIN = 16  # around a figure that stands alone
# In the order in which they need each other.
PARTS_OF_D3 = ("array", "color", "format", "interpolate", "scale")
D3 = [ASSETS / "d3" / f"d3-{part}.min.js" for part in PARTS_OF_D3]


class Drawing(NamedTuple):
    """A figure drawn by code, in its first state."""

    name: str
    wide: str  # SVG for a laptop
    narrow: str  # SVG for a phone
    says: str  # what it shows
    moves: bool  # whether the reader, or another part of a page, can change it
    data: str  # what it is drawn from, JSON, or an empty string
    scripts: tuple[Path, ...]  # what a page needs to draw it again


def drawing(name: str, data: Any = None) -> Drawing:
    """Draw a figure; an unchanged one is drawn only once.

    Args:
        name: of its file in ``docs/figures``.
        data: what it is drawn from, where there is no ``docs/figures/NAME.py`` that says it.

    Raises:
        LookupError: no file draws a figure of this name.
    """
    path, numbers = FIGURES / f"{name}.js", FIGURES / f"{name}.py"
    if not path.exists():
        raise LookupError(f"there is no docs/figures/{name}.js, which a page shows")
    changed = [part.stat().st_mtime_ns for part in (path, numbers, LANGUAGE) if part.exists()]
    return _draw(name, tuple(changed), json.dumps(data))


@cache
def _draw(name: str, changed: tuple[int, ...], given: str) -> Drawing:
    path = FIGURES / f"{name}.js"
    source = path.read_text(encoding="utf-8")
    scripts = (*(D3 if re.search(r"\bd3\.", source) else ()), LANGUAGE, path)
    known = json.loads(given) or _data(name)
    data = json.dumps(known, separators=(",", ":"), ensure_ascii=False)
    word = json.dumps(name)
    asked = f"""
        const data = {data};
        const state = firstState({word}, data);
        JSON.stringify([
            drawFigure({word}, state, false, data),
            drawFigure({word}, state, true, data),
            figures[{word}].say(state, data),
            Object.keys(figures[{word}].controls).length > 0
                || "point" in figures[{word}] || "follows" in figures[{word}],
        ]);
    """
    with closing(MiniRacer()) as engine:  # one that is left open keeps Python from ending
        for script in scripts:
            engine.eval(script.read_text(encoding="utf-8"))
        wide, narrow, says, moves = json.loads(str(engine.eval(asked)))
    return Drawing(name, wide, narrow, says, moves, "" if data == "null" else data, scripts)


def standalone(figure: Drawing, scheme: Scheme = LIGHT) -> str:
    """Return the still form of a figure as an SVG that needs no page around it."""
    rules = (ASSETS / "figures.css").read_text(encoding="utf-8")
    language = rules[
        rules.index("/* The language of drawing.js */") : rules.index(".stage.pointed")
    ]
    faces = "--sans: Inter, system-ui, sans-serif; --mono: monospace;"
    style = f"svg {{ {css_variables(scheme)} {faces} font-family: var(--sans); }} {language}"
    opening, _, body = figure.wide.partition(">")
    shapes = body.removesuffix("</svg>")
    width, height = map(float, re.findall(r"[\d.]+", opening.partition("viewBox=")[2])[2:4])
    size = f"{width + 2 * MARGIN:g}", f"{height + 2 * MARGIN:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="-{MARGIN} -{MARGIN} {size[0]} {size[1]}">\n<style>{style}</style>\n'
        f'<rect x="-{MARGIN}" y="-{MARGIN}" width="100%" height="100%" fill="var(--paper)"/>\n'
        f"<g class='stage'>{shapes}</g></svg>"
    )


def _data(name: str) -> Any:
    """Return what ``docs/figures/NAME.py`` computes for a figure; None where there is none."""
    path = FIGURES / f"{name}.py"
    if not path.exists():
        return None
    source = path.read_text(encoding="utf-8")
    if "from pipeline" in source:  # what that reads is not in the key, and takes no time
        return _computed(name, path)
    return cached(f"figures/{name}/data-{key_of([source])}.json", lambda: _computed(name, path))


def _computed(name: str, path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"figure_{name}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.data()
