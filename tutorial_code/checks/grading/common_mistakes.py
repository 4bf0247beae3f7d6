"""The mistakes of a class, by how many made them, each with one example that names nobody."""

from pathlib import Path
from typing import NamedTuple

from tutorial_code.checks.diagnose.verdict import NOT_YOUR_OWN, Verdict
from tutorial_code.checks.exercises import EXERCISES, Exercise
from tutorial_code.checks.grading.anonymous import example_lines, without_names
from tutorial_code.checks.grading.gradebook import Gradebook
from tutorial_code.checks.grading.places import catalogued
from tutorial_code.checks.isolate.answers import AnswerError, read_source

# Answers that cannot be judged at all: what is said of them in words that fit each of them.
WHOLE_FILE = {
    "not-readable": "The file cannot be read.",
    "not-python": "The file is not Python.",
    "wrong-name": "The file defines another name than the exercise asks for.",
    "fails-at-import": "It fails while it is read, before anything is called.",
    "no-result": "It comes to no result: it never ends, waits, or leaves Python.",
    "patches-torch": "It replaces parts of PyTorch.",
}
# Answers that are compared with each other for an example, so that a large class takes no longer.
MAX_WRONG, MAX_RIGHT = 10, 20


class CommonMistake(NamedTuple):
    """A mistake, and how many answers of the class make it."""

    exercise: Exercise
    id: str
    name: str
    explanation: str
    made_by: int
    of: int  # how many answers to the exercise there are
    example: list[str]  # lines of one answer; none where they cannot be shown


def common_mistakes(book: Gradebook) -> list[CommonMistake]:
    """Return the mistakes of all wrong answers, the commonest first."""
    made: dict[tuple[str, str], list[Verdict]] = {}
    for _, exercise, verdict in book.rows():
        if not verdict or verdict.state != "wrong" or not verdict.mistake:
            continue
        if verdict.mistake.id != NOT_YOUR_OWN:
            made.setdefault((exercise.id, verdict.mistake.id), []).append(verdict)
    exercises = {exercise.id: exercise for exercise in EXERCISES}
    found = [_common(book, exercises[id], verdicts) for (id, _), verdicts in made.items()]
    return sorted(found, key=lambda mistake: -mistake.made_by)


def _common(book: Gradebook, exercise: Exercise, verdicts: list[Verdict]) -> CommonMistake:
    mistake = verdicts[0].mistake
    assert mistake, "only wrong answers come here"
    name, explanation = mistake.name, mistake.explanation
    if known := catalogued(exercise, mistake.id):
        explanation = " Or: ".join(each.explanation for each in known)
    elif mistake.id in WHOLE_FILE:
        name, explanation = WHOLE_FILE[mistake.id], "Each of these answers has its own diagnosis."
    else:  # a description of what one answer does, in which its own words may stand
        source = _source(verdicts[0])
        name = without_names(name, source, book.students)
        explanation = without_names(explanation, source, book.students)
    answers = sum(id == exercise.id for _, id in book.verdicts)
    return CommonMistake(
        exercise,
        mistake.id,
        name,
        explanation,
        len(verdicts),
        answers,
        _example(book, exercise, verdicts),
    )


def _example(book: Gradebook, exercise: Exercise, verdicts: list[Verdict]) -> list[str]:
    failed = next((check.name for check in verdicts[0].checks if not check.passed), "")
    name = failed.partition(":")[0]
    if name not in exercise.names:  # the file could not be judged
        return []
    right = [
        verdict
        for (_, id), verdict in book.verdicts.items()
        if id == exercise.id and verdict.passed
    ]
    return example_lines(
        map(_source, verdicts[:MAX_WRONG]), map(_source, right[:MAX_RIGHT]), name, book.students
    )


def _source(verdict: Verdict) -> str:
    try:
        return read_source(Path(verdict.file))
    except AnswerError:
        return ""
