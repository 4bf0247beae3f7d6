"""The classes and functions that a training is built from, each the chapter's or the reader's."""

import contextlib
import importlib
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from tutorial_code import ch03_bottleneck, ch04_resnet50, ch05_training, ch06_testing
from tutorial_code.checks.exercises import EXERCISES, FOLDER, NAMES, find_exercise
from tutorial_code.checks.isolate.answers import run_source, use_own
from tutorial_code.runs import run_files
from tutorial_code.runs.older_versions import find_answer, let_import_former_chapters
from tutorial_code.shared.errors import ReaderError, is_full_memory
from tutorial_code.shared.whole_sentences import message_of


class Components(NamedTuple):
    """The six classes and functions, under the names that the exercises give them."""

    Bottleneck: Callable[..., nn.Module]
    ResNet50: Callable[..., nn.Module]
    make_criterion: Callable[[], Callable]
    make_optimizer: Callable[..., torch.optim.Optimizer]
    train_one_epoch: Callable[..., float]
    evaluate: Callable[..., tuple[float, float]]
    mine: tuple[str, ...] = ()  # those of them that the reader wrote

    @property
    def own_network(self) -> bool:
        """Whether part of the network is the reader's, so that its layers may have any names."""
        return not {"Bottleneck", "ResNet50"}.isdisjoint(self.mine)


CHAPTERS = Components(
    ch03_bottleneck.Bottleneck,
    ch04_resnet50.ResNet50,
    ch05_training.make_criterion,
    ch05_training.make_optimizer,
    ch05_training.train_one_epoch,
    ch06_testing.evaluate,
)


# Those of the exercises' classes and functions that a training uses.
PIECES = tuple(name for name in Components._fields if name in NAMES)


def whose(mine: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of the pieces by owner; nothing if all are the chapters'."""
    owners = {"yours": list(mine), "chapter's": [name for name in PIECES if name not in mine]}
    return {owner: names for owner, names in owners.items() if names and mine}


def components_of(run: Path, names: Sequence[str]) -> Components:
    """Run the copies in a run's folder; return the reader's pieces, and the chapters' for the rest.

    Args:
        run: the folder of the run.
        names: the classes and functions that the reader wrote; without any, nothing is run.

    Raises:
        ReaderError: a copy is missing, or cannot be run.
    """
    if not names:
        return CHAPTERS
    copies = run / run_files.ANSWERS
    let_import_former_chapters()
    _let_import_each_other(copies)
    originals: dict[str, Any] = {}
    own: dict[str, Any] = {}  # by the names of the classes and functions
    for exercise in EXERCISES:
        chapter = importlib.import_module(f"tutorial_code.{exercise.chapter}")
        originals |= {name: getattr(chapter, name) for name in exercise.names}
        wanted = [name for name in exercise.names if name in names]
        if wanted:
            path = find_answer(copies, exercise.file.name)
            defined = _run(path)
            if missing := [name for name in wanted if name not in defined]:
                raise ReaderError(f"{path} defines no {missing[0]}: put the run's own copy back.")
            use_own(defined, originals, own)
            own |= {name: defined[name] for name in wanted}
        elif own.keys() & {name for id in exercise.uses for name in find_exercise(id).names}:
            # Run the chapter like an answer, so that it builds from the reader's pieces.
            assert chapter.__file__, "a chapter is a file"
            defined = _run(Path(chapter.__file__))
            defined |= {name: value for name, value in own.items() if name in defined}
            own |= {name: defined[name] for name in exercise.names}
    pieces = {name: value for name, value in own.items() if name in PIECES}
    return CHAPTERS._replace(**pieces, mine=tuple(names))


def _run(path: Path) -> dict[str, Any]:
    try:
        return run_source(path.read_text(encoding="utf-8-sig"), path.name)
    except FileNotFoundError as error:
        raise ReaderError(
            f"{path} is missing: put it back, or begin a new run in another folder."
        ) from error
    except Exception as error:
        raise ReaderError(
            f"{path} cannot be run ({type(error).__name__}: {message_of(error)}): put the run's "
            "own copy back."
        ) from error


@contextmanager
def naming_own_lines() -> Iterator[None]:
    """Turn an error in the reader's code, or in what it calls, into a sentence with its line.

    Errors of the tutorial itself (a stop, a loss of NaN), errors of the compiler and out-of-memory
    errors pass through unchanged.
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
            or type(error).__module__.startswith(("tutorial_code", "torch._"))
        ):
            raise
        file = lines[-1].filename[len("<answer ") : -1]
        raise ReaderError(
            f"Your code stopped in line {lines[-1].lineno} of {file} ({type(error).__name__}: "
            f"{message_of(error)}): correct it in {FOLDER}, check it, and begin a new run."
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
