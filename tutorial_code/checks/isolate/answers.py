"""The reader's file: what it defines, whether the reader has started it, and how it is run."""

import ast
import difflib
import linecache
import sys
import tokenize
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutorial_code.checks.isolate.notebooks import is_notebook, notebook_source, without_commands

MODULE = "answer"  # the name under which an answer is run
ALIKE = 0.8  # of difflib: from here on, a name is taken for another one that is misspelled


class AnswerError(Exception):
    """The file cannot be judged; the message says why, in a sentence for the reader."""

    def __init__(self, id: str, message: str) -> None:
        super().__init__(message)
        self.id = id


def read_source(path: Path, names: tuple[str, ...] = ()) -> str:
    """Return the Python source of a ``.py`` file, or of a notebook's imports, definitions and
    assignments.

    Args:
        path: of the file.
        names: the classes and functions that are wanted. A cell of a notebook that is not Python
            is left out where they do not need it.

    Raises:
        AnswerError: the file cannot be read, or is not text or not a notebook.
    """
    try:
        with tokenize.open(path) as file:  # by the encoding that its first lines may name
            text = file.read()
    except OSError as error:
        raise AnswerError("not-readable", f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, SyntaxError) as error:
        raise AnswerError("not-python", f"{path.name} is not a text file.") from error
    if "\0" in text:
        raise AnswerError("not-python", f"{path.name} is not a text file.")
    if not is_notebook(path.name):
        return without_commands(text)  # which editors run in a .py file, too
    try:
        return notebook_source(text, names)
    except (ValueError, KeyError, TypeError) as error:
        raise AnswerError("not-python", f"{path.name} is not a notebook.") from error


def is_started(source: str, names: tuple[str, ...]) -> bool:
    """Tell whether any of the answers holds more than ``raise NotImplementedError``."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return True
    found = [node for node in body if getattr(node, "name", None) in names]
    return not found or not all(_is_skeleton(node) for node in found)


def run_source(source: str, name: str) -> dict[str, Any]:
    """Run the source as a module of its own; return what it defines.

    Raises:
        AnswerError: it is not Python.
    """
    file = f"<answer {name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    try:
        code = compile(source, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        line = f", in line {error.lineno}"
        if is_notebook(name):  # whose lines nobody counts
            line = f", where it says: {(error.text or '').strip()}"
        raise AnswerError("not-python", f"{name} is not Python: {error.msg}{line}.") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise AnswerError("not-python", f"{name} is not Python: {error}.") from error
    module = types.ModuleType(MODULE)
    module.__file__ = file
    sys.modules[MODULE] = module  # where dataclasses, pickle and inspect look for it
    exec(code, module.__dict__)
    return module.__dict__


def expect_names(names: tuple[str, ...], namespace: dict[str, Any]) -> None:
    """Refuse an answer that defines nothing of an exercise, or that misspells a part of it.

    What else is missing is not written yet, and the rest can be judged.

    Args:
        names: the classes and functions that the exercise asks for.
        namespace: what the answer defines and imports.

    Raises:
        AnswerError: none of the names is there, or another one takes the place of one of them.
    """
    missing = [name for name in names if name not in namespace]
    own = [
        key
        for key, value in namespace.items()
        if callable(value)
        and not key.startswith("_")
        and getattr(value, "__module__", None) == MODULE  # what is imported has another one
    ]
    if len(missing) == len(names):
        listed = ", ".join(own[-8:]) or "nothing"
        raise AnswerError("wrong-name", f"It defines no {names[0]}. It defines: {listed}.")
    others = [key for key in own if key not in names]
    for name in missing:
        if near := difflib.get_close_matches(name, others, n=1, cutoff=ALIKE):
            raise AnswerError(
                "wrong-name",
                f"It defines no {name}, but {near[0]}. If that is it, change its name.",
            )


def use_own(
    namespace: dict[str, Any], originals: Mapping[str, Any], own: Mapping[str, Any]
) -> None:
    """Replace classes and functions that an answer took from a chapter by the reader's own.

    Args:
        namespace: what the answer defines and imports.
        originals: the chapters' versions, by the names that the exercises give them.
        own: the reader's versions of some of them.
    """
    for name, value in list(namespace.items()):
        for asked, version in own.items():
            if value is originals[asked]:
                namespace[name] = version


def _is_skeleton(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef):
        methods = [
            part for part in node.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        return bool(methods) and all(_is_skeleton(method) for method in methods)
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (
        len(statements) == 1
        and isinstance(statements[0], ast.Raise)
        and "NotImplemented" in ast.dump(statements[0])
    )
