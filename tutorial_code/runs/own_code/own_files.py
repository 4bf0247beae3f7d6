"""The reader's files, run: their classes and functions take the places of the chapters'."""

import ast
import contextlib
import importlib
import sys
import traceback
import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tutorial_code.checks.exercises import EXERCISES, FOLDER, exercise_of, find_exercise
from tutorial_code.checks.isolate.answers import (
    AnswerError,
    is_started,
    read_source,
    run_source,
    use_own,
)
from tutorial_code.runs import run_files
from tutorial_code.runs.config import MODELS
from tutorial_code.runs.older_versions import find_answer, let_import_former_chapters
from tutorial_code.runs.own_code import components
from tutorial_code.runs.own_code.components import Components
from tutorial_code.shared.errors import ReaderError, is_full_memory, is_lost_process
from tutorial_code.shared.whole_sentences import message_of


def components_of(run: Path, names: Sequence[str]) -> Components:
    """Run the copies in a run's folder; return the reader's pieces, and the chapters' for the rest.

    Args:
        run: the folder of the run.
        names: the classes and functions that the reader wrote; without any, nothing is run.

    Raises:
        ReaderError: a copy is missing, or cannot be run.
    """
    if not names:
        return components.CHAPTERS
    copies = run / run_files.ANSWERS
    files = {
        exercise.id: find_answer(copies, exercise.file.name)
        for exercise in EXERCISES
        if not set(names).isdisjoint(exercise.names)
    }
    return _assembled(files, names, copies, "put the run's own copy back")


def components_in(paths: Sequence[Path]) -> Components:
    """Run files of the reader's; return the blocks and networks that they define, and the chapters'
    pieces for the rest.

    Raises:
        ReaderError: a file defines none of them, or cannot be run.
    """
    wanted = dict.fromkeys(name for pair in MODELS.values() for name in pair)
    files: dict[str, Path] = {}
    names: list[str] = []
    for path in paths:
        try:
            source = read_source(path)
        except AnswerError as error:
            raise ReaderError(f"{error} Give a file of yours from {FOLDER}.") from error
        found = [name for name in wanted if _defines(source, name)]
        if not found:
            raise ReaderError(
                f"{path} defines no {' and no '.join(sorted(wanted))} yet: give the file in which "
                "you wrote one of them."
            )
        files |= {exercise_of(name).id: path for name in found}
        names += found
    return _assembled(files, names, paths[0].parent, "correct it")


def _defines(source: str, name: str) -> bool:
    """Tell whether a source defines a class, and not only as a skeleton."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return True  # running it says what is wrong
    there = any(isinstance(node, ast.ClassDef) and node.name == name for node in body)
    return there and is_started(source, (name,))


def _assembled(
    files: Mapping[str, Path], names: Sequence[str], folder: Path, remedy: str
) -> Components:
    """Run the reader's files, which may import each other, and return the pieces.

    Args:
        files: the file of each exercise that has one, by the exercise's id.
        names: the classes and functions that are taken from them.
        folder: where files that they import are.
        remedy: what the reader does if a file cannot be run.
    """
    let_import_former_chapters()
    _let_import_each_other(folder)
    originals: dict[str, Any] = {}
    own: dict[str, Any] = {}  # by the names of the classes and functions
    for exercise in EXERCISES:
        chapter = importlib.import_module(f"tutorial_code.{exercise.chapter}")
        originals |= {name: getattr(chapter, name) for name in exercise.names}
        if path := files.get(exercise.id):
            wanted = [name for name in exercise.names if name in names]
            defined = _run(path, remedy)
            if missing := [name for name in wanted if name not in defined]:
                raise ReaderError(f"{path} defines no {missing[0]}: {remedy}.")
            use_own(defined, originals, own)
            own |= {name: defined[name] for name in wanted}
        elif own.keys() & {name for id in exercise.uses for name in find_exercise(id).names}:
            # Run the chapter like an answer, so that it builds from the reader's pieces.
            assert chapter.__file__, "a chapter is a file"
            defined = _run(Path(chapter.__file__), remedy)
            defined |= {name: value for name, value in own.items() if name in defined}
            own |= {name: defined[name] for name in exercise.names}
    pieces = {name: value for name, value in own.items() if name in Components._fields}
    return components.CHAPTERS._replace(**pieces, mine=tuple(names))


def _run(path: Path, remedy: str) -> dict[str, Any]:
    try:
        return run_source(read_source(path), path.name)
    except AnswerError as error:
        if not path.is_file():
            raise ReaderError(
                f"{path} is missing: put it back, or begin a new run in another folder."
            ) from error
        raise ReaderError(f"{path} cannot be run ({str(error).rstrip('.')}): {remedy}.") from error
    except Exception as error:
        raise ReaderError(
            f"{path} cannot be run ({type(error).__name__}: {message_of(error)}): {remedy}."
        ) from error


@contextmanager
def naming_own_lines(then: str = "begin a new run") -> Iterator[None]:
    """Turn an error in the reader's code, or in what it calls, into a sentence with its line, which
    ends with what the reader does when the code is corrected.

    Errors of the tutorial itself (a stop, a loss of NaN), errors of the compiler, out-of-memory
    errors and the loss of another process pass through unchanged.
    """
    try:
        yield
    except Exception as error:
        lines = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename.startswith("<answer ")
        ]
        if (
            not lines
            or is_full_memory(error)
            or is_lost_process(error)
            or type(error).__module__.startswith(("tutorial_code", "torch._"))
        ):
            raise
        file = lines[-1].filename[len("<answer ") : -1]
        raise ReaderError(
            f"Your code stopped in line {lines[-1].lineno} of {file} ({type(error).__name__}: "
            f"{message_of(error)}): correct it in {FOLDER}, check it, and {then}."
        ) from error


_places: list[str] = []  # entries of sys.path for the run that was opened last


def _let_import_each_other(copies: Path) -> None:
    """Let a run's copies import each other, and nothing of another run or of exercises/.

    This stays in effect after they have run, because a function may import when it is called.
    """
    while _places:
        with contextlib.suppress(ValueError):  # other code may have removed it
            sys.path.remove(_places.pop())
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] == FOLDER.name or (
            file and Path(file).parent.name == run_files.ANSWERS
        ):
            del sys.modules[name]
    package = types.ModuleType(FOLDER.name)
    package.__path__ = [str(copies.absolute())]
    sys.modules[package.__name__] = package
    _places.append(str(copies.absolute()))
    place = _before_other_answers()
    sys.path[place:place] = _places


def _before_other_answers() -> int:
    """Return the index of the first entry of sys.path that holds answers, or else its length."""
    names = [exercise.file.name for exercise in EXERCISES]
    held = (
        place
        for place, folder in enumerate(sys.path)
        if any((Path(folder) / name).is_file() for name in names)
    )
    return next(held, len(sys.path))
