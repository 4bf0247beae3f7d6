"""A file with answers to several exercises takes from later chapters what only the later ones need:
this is left out while an earlier one is judged.
"""

import ast
import re

from tutorial_code.checks.exercises import Exercise
from tutorial_code.shared.free_names import NAMED, free_names

CHAPTER = re.compile(r"(?:tutorial_code\.)?ch(\d\d)_\w+$")


def without_later_chapters(source: str, exercise: Exercise) -> str:
    """Return an answer without the imports of later chapters that its classes and functions do not
    need, and without what is made of these. The other lines keep their numbers.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source  # whoever runs it says what is wrong
    needed = _needed(body, set(exercise.names))
    gone: set[str] = set()
    left: list[ast.stmt] = []
    while True:
        found = [
            statement
            for statement in body
            if statement not in left
            and not _bound(statement) & needed
            and (_is_later(statement, exercise.number) or free_names(statement) & gone)
        ]
        if not found:
            break
        left += found
        gone |= {name for statement in found for name in _bound(statement)}
    lines = source.split("\n")
    kept = {line for statement in body if statement not in left for line in _lines(statement)}
    for line in {line for statement in left for line in _lines(statement)} - kept:
        lines[line] = ""
    return "\n".join(lines)


def _needed(body: list[ast.stmt], names: set[str]) -> set[str]:
    """Return the names, and all that their definitions mention, and theirs."""
    needed: set[str] = set()
    while names - needed:
        needed |= names
        for statement in body:
            if _bound(statement) & needed and not _is_for_a_script(statement):
                names = names | free_names(statement)
    return needed


def _is_for_a_script(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in free_names(statement.test)


def _is_later(statement: ast.stmt, number: int) -> bool:
    """Tell whether a statement imports from a chapter after this one, and only from there."""
    if isinstance(statement, ast.Import) or (
        isinstance(statement, ast.ImportFrom) and statement.module == "tutorial_code"
    ):
        modules = [alias.name for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom):
        modules = [statement.module or ""]
    else:
        return False
    chapters = [CHAPTER.match(module) for module in modules]
    return all(found and int(found[1]) > number for found in chapters)


def _bound(statement: ast.stmt) -> set[str]:
    """Return the names that a statement of a module gives a meaning to."""
    if isinstance(statement, NAMED):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    parts = list(ast.walk(statement))  # of a loop or a condition all that may be bound in it
    names = {part.name for part in parts if isinstance(part, NAMED)}
    return names | {
        part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def _lines(statement: ast.stmt) -> range:
    decorators = [each.lineno for each in getattr(statement, "decorator_list", [])]
    return range(min([statement.lineno, *decorators]) - 1, statement.end_lineno or statement.lineno)
