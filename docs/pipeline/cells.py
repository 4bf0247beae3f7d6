"""A chapter as cells of prose and code, in the forms that page and notebooks need."""

import ast
import io
import tokenize
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jupytext

from tutorial_code.checks.skeletons import hollow


class Cell(NamedTuple):
    """A piece of a chapter."""

    prose: bool
    text: str  # Markdown, or code as a notebook runs it
    skeleton: str  # the code with holes for the reader to fill; empty where the cell is no exercise
    tutorial_names: bool = False  # it asks the network for layers by the tutorial's names, which the reader's may lack


def read_cells(path: Path) -> list[Cell]:
    """Return the cells of a chapter."""
    cells = []
    for cell in jupytext.read(path, fmt="py:percent").cells:
        if cell.cell_type == "markdown":
            cells.append(Cell(True, cell.source, ""))
            continue
        skeleton, tags = "", cell.metadata.get("tags", [])
        if "exercise" in tags:
            node = next(n for n in ast.parse(cell.source).body if isinstance(n, (ast.ClassDef, ast.FunctionDef)))
            skeleton = hollow(node, cell.source).rstrip()
        cells.append(Cell(False, unguard(cell.source), skeleton, "tutorial-names" in tags))
    return cells


def with_tutorials_own(source: str, module: str, names: Sequence[str]) -> str:
    """Return code that takes these classes from the tutorial, as TutorialX, where it took the reader's X.

    Args:
        source: of a cell.
        module: where the tutorial has them.
        names: of the classes.
    """
    lines = source.splitlines()
    used = set()
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        if token.type == tokenize.NAME and token.string in names:
            used.add(token.string)
            row, start = token.start
            lines[row - 1] = f"{lines[row - 1][:start]}Tutorial{lines[row - 1][start:]}"
    why = "# Yours may call its layers otherwise; this cell needs the tutorial's names, so it takes the tutorial's own."
    imports = ", ".join(f"{name} as Tutorial{name}" for name in names if name in used)
    return "\n".join([why, f"from {module} import {imports}", "", *lines])


def unguard(source: str) -> str:
    """Return the code with what stands under ``if __name__ == "__main__":`` at top level."""
    lines = source.splitlines()
    inside_strings = _lines_inside_strings(source)
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            body = range(node.lineno, node.end_lineno)  # counted from 0, so without the guard itself
            lines[node.lineno - 1 : node.end_lineno] = [
                lines[number] if number in inside_strings else lines[number].removeprefix("    ") for number in body
            ]
    return "\n".join(lines).strip()


def _lines_inside_strings(source: str) -> set[int]:
    """Return the lines, counted from 0, that begin within a string of several lines."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        number for token in tokens if token.type == tokenize.STRING for number in range(token.start[0], token.end[0])
    }
