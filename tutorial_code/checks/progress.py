"""The reader's path through the exercises: what is done, what comes next, and which hint was given
last.
"""

import json
from pathlib import Path

from rich.console import Console

from tutorial_code.checks.diagnose.verdict import Verdict
from tutorial_code.checks.exercises import EXERCISES, FOLDER, Exercise, find_exercise
from tutorial_code.checks.isolate.answers import AnswerError, is_started, read_source
from tutorial_code.checks.isolate.worker import Worker, judge_file
from tutorial_code.checks.terminal import (
    DONE,
    NOT_STARTED,
    TRAIN,
    UNFINISHED,
    print_path,
    print_verdict,
)
from tutorial_code.shared.errors import ReaderError

HINTS = FOLDER / ".hints.json"


def answer_file(exercise: Exercise) -> Path:
    """Return the reader's file.

    Raises:
        ReaderError: it does not exist.
    """
    if not exercise.file.is_file():
        raise ReaderError(
            f"There is no {exercise.file}: write it with  uv run resnet50 exercises  or name a "
            "file with --file."
        )
    return exercise.file


def started(exercise: Exercise) -> bool:
    """Tell whether the reader has begun with an exercise."""
    try:
        return exercise.file.is_file() and is_started(read_source(exercise.file), exercise.names)
    except AnswerError:
        return True


def judge_answer(path: Path, exercise: Exercise, worker: Worker | None = None) -> Verdict:
    """Judge a file together with the reader's own earlier answers, where those pass."""
    own: dict[str, str] = {}
    names: list[str] = []
    for earlier in map(find_exercise, exercise.uses):
        file = path.parent / earlier.file.name
        before = {id: own[id] for id in earlier.uses if id in own}
        if file.is_file() and judge_file(file, earlier, own=before).passed:
            own[earlier.id] = read_source(file)
            names += earlier.names
    verdict = judge_file(path, exercise, worker, own)
    verdict.built_from = tuple(names)
    return verdict


def walk(console: Console) -> bool:
    """Judge everything that is started; print the path and the next step; tell if all is done."""
    verdicts = {
        exercise: judge_answer(exercise.file, exercise)
        for exercise in EXERCISES
        if started(exercise)
    }
    states = [(exercise, _state(verdicts.get(exercise))) for exercise in EXERCISES]
    following = next(((exercise, state) for exercise, state in states if state != DONE), None)
    if following is None:
        print_path(console, states, f"All done. {TRAIN}")
        return True
    exercise, state = following
    if state == NOT_STARTED:
        step = f"open {exercise.file}, where the task stands"
        if not exercise.file.is_file():
            step = "write the exercise files with  uv run resnet50 exercises"
        print_path(console, states, f"Next: read {exercise.reading}, and {step}")
    else:
        step = "go on in" if state == UNFINISHED else "fix"
        print_path(console, states, f"Next: {step} {exercise.file}\n")
        print_verdict(console, verdicts[exercise])
    return False


def next_hint(exercise: Exercise) -> str:
    """Return the hint after the one that was given last; the last one is given again."""
    try:
        given = json.loads(HINTS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        given = {}
    count, so_far = len(exercise.hints), int(given.get(exercise.id, 0))
    number = min(so_far + 1, count)
    HINTS.parent.mkdir(exist_ok=True)
    HINTS.write_text(json.dumps({**given, exercise.id: number}) + "\n", encoding="utf-8")
    again = "There are no more hints; this was the last. " if so_far >= count else ""
    return f"{again}Hint {number} of {count}: {exercise.hints[number - 1]}"


def first_open() -> Exercise:
    """Return the first exercise that is not done, or else the last."""
    for exercise in EXERCISES:
        if not (started(exercise) and judge_answer(exercise.file, exercise).passed):
            return exercise
    return EXERCISES[-1]


def _state(verdict: Verdict | None) -> str:
    if verdict is None:
        return NOT_STARTED
    return DONE if verdict.passed else verdict.state
