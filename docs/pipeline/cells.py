"""A chapter as cells of prose and code, in the forms that page and notebooks need."""

import ast
import io
import tokenize
from pathlib import Path
from typing import NamedTuple

import jupytext

from tutorial_code.checks.skeletons import hollow


class Cell(NamedTuple):
    """A piece of a chapter."""

    prose: bool
    text: str  # Markdown, or code as a notebook runs it
    skeleton: str  # the code with holes for the reader to fill; empty where the cell is no exercise


def read_cells(path: Path) -> list[Cell]:
    """Return the cells of a chapter."""
    cells = []
    for cell in jupytext.read(path, fmt="py:percent").cells:
        if cell.cell_type == "markdown":
            cells.append(Cell(True, cell.source, ""))
            continue
        skeleton = ""
        if "exercise" in cell.metadata.get("tags", []):
            node = next(n for n in ast.parse(cell.source).body if isinstance(n, (ast.ClassDef, ast.FunctionDef)))
            skeleton = hollow(node, cell.source).rstrip()
        cells.append(Cell(False, unguard(cell.source), skeleton))
    return cells


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
