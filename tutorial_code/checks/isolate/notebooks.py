"""What of a notebook is judged: its imports, definitions and assignments, not what else it runs."""

import ast
import json
import re
import textwrap

from tutorial_code.shared.free_names import (
    ASSIGNMENTS,
    BEGUN,
    IMPORTS,
    NAMED,
    given_by,
    needed_by,
)

# Lines that Jupyter runs itself: %magic, !command, each perhaps assigned, ?help and help?
COMMAND = re.compile(
    r"""
    ^ ([ \t]*)
    (?: (?:[\w, ]+=[ ]*)? (?: %%?[A-Za-z] | !(?!=) ) (?:.*\\\n)* .*
      | \? .*
      | [\w.]+ \?\??[ \t]*
    ) $""",
    re.MULTILINE | re.VERBOSE,
)
OTHER_LANGUAGE = re.compile(r"\s*%%(?:script|bash|sh|html|javascript|js|latex|markdown|svg|cmd)\b")
WRITTEN = re.compile(r"\s*%%(?:write)?file\b.*?(\w+)\.py\s*$", re.MULTILINE)  # by a cell
JUDGED = (*IMPORTS, *NAMED, *ASSIGNMENTS)


def is_notebook(name: str) -> bool:
    """Tell by a file's name whether it is a notebook."""
    return name.lower().endswith(".ipynb")


def is_from_notebook(source: str) -> bool:
    """Tell whether a ``.py`` file was made of a notebook, by nbconvert or by Colab."""
    return "get_ipython()" in source or "google.colab" in source


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
    texts = ["".join(cell["source"]) for cell in cells]
    files = {found[1] for found in map(WRITTEN.match, texts) if found}
    sources = [_as_python(text) for text in texts]
    bodies = [_without_imports_of(files, _body(source)) for source in sources]
    parts = [part for body in bodies for part in body or []]
    given = {name for part in parts if isinstance(part, JUDGED) for name in given_by(part)}
    wanted = needed_by(set(names), parts)
    kept = []
    for source, body in zip(sources, bodies, strict=True):
        if body is None:
            missing = set(BEGUN.findall(source)) - given
            if (missing & wanted) if names else missing:
                kept.append(source)  # whoever runs it says what is wrong
            continue
        kept += [
            ast.get_source_segment(source, _with_decorators(part)) or ""
            for part in body
            if isinstance(part, JUDGED) or given_by(part) & {*wanted, "*"}
        ]
    # These have to stand first in a file, and in a notebook at the beginning of a cell.
    kept.sort(key=lambda source: not source.startswith("from __future__"))
    return "\n\n\n".join(kept) + "\n"


def _as_python(source: str) -> str:
    """Return a cell as Jupyter runs it, but with its commands left out."""
    if OTHER_LANGUAGE.match(source):
        return ""
    return without_commands(textwrap.dedent(source))


def without_commands(source: str) -> str:
    """Return Python as it is, and anything else without the lines that Jupyter runs itself."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return COMMAND.sub(r"\1pass", source)
    return source


def _without_imports_of(files: set[str], body: list[ast.stmt] | None) -> list[ast.stmt] | None:
    """Leave out what a notebook imports from files that its own cells write and hold."""
    return body and [
        part
        for part in body
        if not (isinstance(part, ast.ImportFrom) and (part.module or "") in files)
    ]


def _body(source: str) -> list[ast.stmt] | None:
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _with_decorators(node: ast.stmt) -> ast.stmt:
    decorators = getattr(node, "decorator_list", [])
    if decorators:  # the segment begins at "def" or "class", below the decorators
        node.lineno = min(decorator.lineno for decorator in decorators)
        node.col_offset = 0
    return node
