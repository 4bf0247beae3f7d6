"""``train --mine``: judge the files in exercises/, and train with the answers that pass."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tutorial_code.checks.diagnose.verdict import Verdict
from tutorial_code.checks.exercises import EXERCISES, FOLDER, Exercise
from tutorial_code.checks.isolate.answers import AnswerError, read_source
from tutorial_code.checks.isolate.worker import judge_files
from tutorial_code.runs.own_code.components import pieces_of
from tutorial_code.shared.errors import ReaderError


class Choice(NamedTuple):
    """The reader's answers that a run is trained with."""

    names: tuple[str, ...]  # that pass their checks
    # the files that define them and the files that these import, by name
    answers: dict[str, str]
    remarks: list[str]  # why the others are left out, a line for each exercise


def choose(model: str) -> Choice:
    """Judge the answers in exercises/ that a model is trained with, each network with the reader's
    own block if that passes.

    Raises:
        ReaderError: nothing passes, or a file was changed meanwhile.
    """
    pieces = pieces_of(model)
    exercises = _used_in_training(pieces)
    before = {exercise: _source_of(exercise) for exercise in exercises}
    names: list[str] = []
    remarks: list[str] = []
    # The sources of files that pass as a whole, by exercise: later ones are judged with them.
    own: dict[str, str] = {}
    used: dict[str, str] = {}
    for exercise in exercises:
        source = before[exercise]
        if source is None:
            remarks.append(f"{exercise.id:<10} not started")
            continue
        (verdict,) = judge_files([(exercise.file, exercise)], jobs=1, own=own)
        passed = [name for name in exercise.names if name in pieces and passes(verdict, name)]
        if passed:
            names += passed
            used[exercise.file.name] = source
        if verdict.passed:
            own[exercise.id] = source
        else:
            remarks.append(f"{exercise.id:<10} {_remark(verdict)}")
    if not names:
        raise ReaderError(
            f"Nothing in {FOLDER} passes its check yet, so there is nothing of yours to train: uv "
            "run resnet50 check says what comes next."
        )
    if changed := next(
        (exercise for exercise in exercises if _source_of(exercise) != before[exercise]), None
    ):
        raise ReaderError(
            f"{changed.file} was changed while it was being judged: run the command again."
        )
    return Choice(tuple(names), {**used, **imported_files(used)}, remarks)


def _used_in_training(pieces: tuple[str, ...]) -> list[Exercise]:
    """Return the exercises that a training uses, directly or through others."""
    direct = [exercise for exercise in EXERCISES if not set(pieces).isdisjoint(exercise.names)]
    needed = {id for exercise in direct for id in (exercise.id, *exercise.uses)}
    return [exercise for exercise in EXERCISES if exercise.id in needed]


def passes(verdict: Verdict, name: str) -> bool:
    """Tell whether a class or function passes, whatever else is in its file."""
    checks = [check for check in verdict.checks if check.name.startswith(f"{name}: ")]
    return bool(checks) and all(check.passed for check in checks)


def _source_of(exercise: Exercise) -> str | None:
    if not exercise.file.is_file():
        return None
    try:
        return read_source(exercise.file)
    except AnswerError:
        return ""  # the verdict says what is wrong with it


def _remark(verdict: Verdict) -> str:
    if verdict.state == "not started":
        return verdict.state
    what = f"{verdict.mistake.name} " if verdict.mistake else ""
    return f"not trained with. {what}See  uv run resnet50 check {verdict.exercise}"


def imported_files(sources: dict[str, str]) -> dict[str, str]:
    """Return the files that these import, even indirectly, from exercises/ or the current one."""
    found: dict[str, str] = {}
    waiting = list(sources.values())
    while waiting:
        for name in _names_imported(waiting.pop()):
            file = f"{name}.py"
            path = next(
                (folder / file for folder in (FOLDER, Path()) if (folder / file).is_file()), None
            )
            if path and file not in sources and file not in found:
                found[file] = path.read_text(encoding="utf-8-sig")
                waiting.append(found[file])
    return found


def _names_imported(source: str) -> Iterator[str]:
    """Yield the modules that a source imports, without the prefix ``exercises.``."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (module.removeprefix(f"{FOLDER.name}.").partition(".")[0] for module in modules)
