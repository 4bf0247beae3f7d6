"""What of a notebook is judged: its imports, definitions and assignments, not what else it runs."""

import ast
import json
import re

from tutorial_code.shared.free_names import BEGUN, given_by, needed_by

# A line that Jupyter runs itself: %magic, !command, ?help, or help?
COMMAND = re.compile(r"^([ \t]*)(?:%%?[A-Za-z].*|!(?!=).*|\?.*|[\w.]+\?\??[ \t]*)$", re.MULTILINE)
JUDGED = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


def notebook_source(text: str, names: tuple[str, ...] = ()) -> str:
    """Return the imports, definitions and assignments of a notebook's cells.

    A cell that is not Python is left out where nothing needs what it defines, because a notebook
    keeps what was tried, too. What another cell defines as well is taken from there.

    Args:
        text: of the notebook's file.
        names: the classes and functions that are wanted; without them every definition is.

    Raises:
        KeyError, TypeError, ValueError: the file is not a notebook.
    """
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    sources = [_as_python("".join(cell["source"])) for cell in cells]
    bodies = [_body(source) for source in sources]
    judged = [part for body in bodies for part in body or [] if isinstance(part, JUDGED)]
    given = {name for part in judged for name in given_by(part)}
    wanted = needed_by(set(names), judged)
    kept = []
    for source, body in zip(sources, bodies, strict=True):
        if body is None:
            missing = set(BEGUN.findall(source)) - given
            if (missing & wanted) if names else missing:
                kept.append(source)  # whoever runs it says what is wrong
            continue
        kept += [
            ast.get_source_segment(source, _with_decorators(part), padded=True) or ""
            for part in body
            if isinstance(part, JUDGED)
        ]
    return "\n\n\n".join(kept) + "\n"


def _as_python(source: str) -> str:
    """Return a cell with its commands left out, in a cell that is not Python because of them."""
    return source if _body(source) is not None else COMMAND.sub(r"\1pass", source)


def _body(source: str) -> list[ast.stmt] | None:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _with_decorators(node: ast.stmt) -> ast.stmt:
    decorators = getattr(node, "decorator_list", [])
    if decorators:  # the segment begins at "def" or "class", below the decorators
        node.lineno = min(decorator.lineno for decorator in decorators)
        node.col_offset = 0
    return node
