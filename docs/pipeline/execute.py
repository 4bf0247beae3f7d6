"""Run a chapter's cells in a kernel of their own, only once for the same code."""

import ast
import hashlib
import importlib.metadata
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbclient import NotebookClient

from pipeline import CACHE, ROOT
from tutorial_code.shared.chapters import Cell, Chapter
from tutorial_code.shared.tables import SHOWN

VERSION = "1"  # of the stored format
TABLES = ROOT / "tutorial_code" / "shared" / "tables.py"


class CellError(Exception):
    """A cell of a chapter raised, or wrote to standard error."""


class Execution(NamedTuple):
    """The outputs of a chapter's code."""

    outputs: list[list[dict[str, Any]]]  # of each code cell
    seconds: float  # on one core


def run_chapters(chapters: Sequence[Chapter]) -> dict[Chapter, Execution]:
    """Run the code of each chapter, or take its outputs from the cache if the same code has run
    before.

    Raises:
        CellError: a cell raised or warned; it names chapter and cell.
    """
    return {chapter: _run_one(chapter) for chapter in chapters}


def _run_one(chapter: Chapter) -> Execution:
    code = [cell.code for cell in chapter.cells if not cell.prose]
    return Execution(
        *cached(f"{chapter.name}-{key_of(code)}.json", lambda: _run(chapter.name, code))
    )


def cached(name: str, make: Any) -> Any:
    """Return the content cached under a name that ends in a key, or make it and drop the former
    content.
    """
    path = CACHE / name
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{name.rsplit('-', 1)[0]}-*.json"):
        old.unlink()
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(made), encoding="utf-8")
    temporary.replace(path)
    return made


def key_of(code: list[str]) -> str:
    """Return a key that changes with the code, with all code that it imports, and with the recorded
    runs that it shows.
    """
    modules: set[Path] = set()
    _add_imported("\n".join(code), modules)
    texts = [VERSION, importlib.metadata.version("torch"), *code]
    texts += [_code_of(module.read_text(encoding="utf-8")) for module in sorted(modules)]
    if TABLES in modules:  # recorded runs are shown, too
        texts += [
            shown.read_text(encoding="utf-8")
            for shown in sorted(ROOT.glob("runs/*/*"))
            if shown.name in SHOWN
        ]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


@cache
def _code_of(source: str) -> str:
    return ast.dump(ast.parse(source))  # without comments, so without prose


def _add_imported(source: str, seen: set[Path]) -> None:
    """Add the modules of the tutorial that code imports, directly or not."""
    for name in _names_imported(source):
        path = ROOT / f"{name.replace('.', '/')}.py"
        path = path if path.exists() else path.with_suffix("") / "__init__.py"
        if name.startswith("tutorial_code.") and path.exists() and path not in seen:
            seen.add(path)
            _add_imported(path.read_text(encoding="utf-8"), seen)


@cache
def _names_imported(source: str) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return names


def _run(name: str, code: list[str]) -> Execution:
    start = time.perf_counter()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in code])
    execute(name, notebook, str(ROOT))
    return Execution([cell.outputs for cell in notebook.cells], time.perf_counter() - start)


def execute(name: str, notebook: nbformat.NotebookNode, python_path: str) -> None:
    """Run a notebook in place, in an empty folder and a process of its own, on one core.

    Raises:
        CellError: a cell raised, or wrote to standard error.
    """
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=600,
            allow_errors=True,
            resources={"metadata": {"path": folder}},
        )
        # Otherwise the kernel warns about its transport.
        client.extra_arguments = ["--IPKernelApp.log_level=40"]
        client.execute(env={**os.environ, "PYTHONPATH": python_path, "OMP_NUM_THREADS": "1"})
    for number, cell in enumerate(
        (cell for cell in notebook.cells if cell.cell_type == "code"), start=1
    ):
        for output in cell.outputs:
            if output.output_type == "error":
                raise CellError(
                    f"{name}, code cell {number}: {output.ename}: {output.evalue}\n\n{cell.source}"
                )
            if output.get("name") == "stderr":
                raise CellError(
                    f"{name}, code cell {number}, wrote to standard error: "
                    f"{output.text}\n\n{cell.source}"
                )


def with_outputs(
    chapter: Chapter, execution: Execution | None
) -> Iterator[tuple[Cell, list[dict[str, Any]]]]:
    """Yield a chapter's cells, each with its outputs; prose and code that was not run have none."""
    following = iter(execution.outputs if execution else [])
    for cell in chapter.cells:
        yield cell, [] if cell.prose or not execution else next(following)
