"""The reader's files as cells of one notebook, in which no file imports another."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from tutorial_code.checks.exercises import EXERCISES, FOLDER

CHAPTERS = {exercise.chapter for exercise in EXERCISES}
FILES = {exercise.file.name for exercise in EXERCISES}


def helpers(answers: Mapping[str, str]) -> list[str]:
    """Return, as cells, the other files that the answers import."""
    return [as_cell(name, answers, ()) for name in answers if name not in FILES]


def as_cell(name: str, answers: Mapping[str, str], mine: Sequence[str]) -> str:
    """Return a file without its imports of names that earlier cells define.

    Args:
        name: the name of the file.
        answers: all of the reader's files, by name.
        mine: the classes and functions that the reader wrote; they are not taken from a chapter.
    """
    lines = answers[name].splitlines()
    files = {file.removesuffix(".py") for file in answers}
    for node, kept, instead in reversed(list(_to_change(answers[name], files, mine))):
        text = [f"from {node.module} import {', '.join(kept)}"] if kept else []
        indent = " " * node.col_offset
        changed = [indent + line for line in [*text, *instead]]
        lines[node.lineno - 1 : node.end_lineno] = changed or ([f"{indent}pass"] if indent else [])
    return "\n".join(lines).strip()


def _to_change(
    source: str, files: set[str], mine: Sequence[str]
) -> Iterator[tuple[ast.ImportFrom, list[str], list[str]]]:
    """Yield each import of names that an earlier cell defines, what remains of the import, and what
    replaces the rest.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        chapter = node.module.removeprefix("tutorial_code.")
        own = node.module.removeprefix(f"{FOLDER.name}.") in files
        here = [
            alias for alias in node.names if own or (chapter in CHAPTERS and alias.name in mine)
        ]
        if here:
            kept = [ast.unparse(alias) for alias in node.names if alias not in here]
            yield node, kept, [f"{alias.asname} = {alias.name}" for alias in here if alias.asname]
