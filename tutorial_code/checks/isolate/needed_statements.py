"""What of a file is run to judge one exercise.

A file may hold the answers to several exercises, and a notebook much more besides. What the answer
does not need of the chapters that hold its solution is left out: it serves later exercises, or is
compared with the answer. So are the variables and imports of a notebook that the answer does not
need: what they are made of may not be there, because a notebook's other statements are not run, and
what is imported may be installed where it was written only. Where a machine lacks what the rest of
a ``.py`` file uses, it is left out as in a notebook.
"""

import ast
import contextlib
import re
from typing import Any

from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.isolate.answers import run_source
from tutorial_code.checks.isolate.notebooks import is_from_notebook, is_notebook
from tutorial_code.shared.free_names import IMPORTS, NAMED, given_by, needed_by, without

CHAPTER = re.compile(r"(?:tutorial_code\.)?ch(\d\d)_\w+$")
NOT_HERE = re.compile(r"CUDA|NVIDIA|\bMPS\b|\bXPU\b|[Dd]ownload")  # a GPU, a data set


def run_needed(source: str, name: str, exercise: Exercise) -> dict[str, Any]:
    """Run what the answer to an exercise needs of a file; return what it defines.

    Args:
        source: of the file, or what ``read_source`` returns of a notebook.
        name: of the file.
        exercise: that is judged.

    Raises:
        AnswerError: it is not Python.
        Exception: whatever the file raises.
    """
    in_notebook = is_notebook(name) or is_from_notebook(source)
    try:
        return run_source(what_is_needed(source, exercise, in_notebook), name)
    except Exception as error:
        if not in_notebook and _is_of_the_machine(error):
            with contextlib.suppress(Exception):
                defined = run_source(what_is_needed(source, exercise, in_notebook=True), name)
                if set(exercise.names) & set(defined):
                    return defined
        raise


def _is_of_the_machine(error: Exception) -> bool:
    """Tell whether an error may be due to what this machine lacks: a package, a file, a network, a
    keyboard, a GPU or a data set.
    """
    lacks = isinstance(error, (ImportError, OSError, EOFError))
    return lacks or NOT_HERE.search(str(error)) is not None


def what_is_needed(source: str, exercise: Exercise, in_notebook: bool = False) -> str:
    """Return the source of an answer with the other statements left out. The lines keep their
    numbers.

    Args:
        source: of a file, or what ``read_source`` returns of a notebook.
        exercise: that is judged.
        in_notebook: leave out whatever the answer does not need, except for definitions.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source  # whoever runs it says what is wrong
    needed = needed_by(set(exercise.names), body)
    others = [statement for statement in body if not given_by(statement) & needed]
    unwanted = [
        statement
        for statement in others
        if any(_is_later(part, exercise) for part in ast.walk(statement))
        or (in_notebook and _is_for_the_rest(statement))
    ]
    kept_others = without(others, unwanted)
    own = {name for each in body if not isinstance(each, IMPORTS) for name in given_by(each)}
    left = [statement for statement in others if statement not in kept_others]
    # The skeleton of a later exercise imports the solution of this one, which the file writes.
    left += [each for each in body if _is_later(each, exercise) and given_by(each) <= own]
    lines = source.split("\n")
    kept = {line for statement in body if statement not in left for line in _lines(statement)}
    for line in {line for statement in left for line in _lines(statement)} - kept:
        lines[line] = ""
    return "\n".join(lines)


def _is_for_the_rest(statement: ast.stmt) -> bool:
    """Tell whether a statement that gives no needed name can only matter to others."""
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        return False
    return not isinstance(statement, NAMED) and "*" not in given_by(statement)


def _is_later(part: ast.AST, exercise: Exercise) -> bool:
    """Tell whether a part of a file imports from nothing but the exercise's chapter and later ones.
    A star from its own chapter does not count: what it gives is what stands before the solution.
    """
    if isinstance(part, ast.Import) or (
        isinstance(part, ast.ImportFrom) and part.module == "tutorial_code"
    ):
        modules = [alias.name for alias in part.names]
    elif isinstance(part, ast.ImportFrom):
        modules = [part.module or ""]
    else:
        return False
    first = exercise.number + ("*" in given_by(part))
    chapters = [CHAPTER.match(module) for module in modules]
    return all(found and int(found[1]) >= first for found in chapters)


def _lines(statement: ast.stmt) -> range:
    decorators = [each.lineno for each in getattr(statement, "decorator_list", [])]
    return range(min([statement.lineno, *decorators]) - 1, statement.end_lineno or statement.lineno)
