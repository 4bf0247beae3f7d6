"""Points for a submission: which checks of which exercise passed, in the words of its writer."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tutorial_code.checks.diagnose.verdict import Verdict
from tutorial_code.checks.exercises import Exercise
from tutorial_code.checks.grading.gradebook import ORDER
from tutorial_code.checks.grading.submissions import exercises_in, find_files
from tutorial_code.checks.isolate.worker import judge_files
from tutorial_code.shared.errors import ReaderError

POINTS = 100  # for each exercise; whole numbers, because Classroom 50 takes no others
MAX_PRINTED = 1000  # characters of an explanation; an answer's own words may stand in it


class Part(NamedTuple):
    """A line of the result: a check, or a whole exercise."""

    name: str
    passed: bool
    score: int
    max_score: int
    message: str  # empty when it passed


class Result(NamedTuple):
    """What one submission gets for one exercise."""

    exercise: Exercise
    verdict: Verdict | None  # None: no file answers it
    parts: list[Part]

    @property
    def says(self) -> str:
        """The diagnosis, or that it is right or missing, in sentences."""
        if self.verdict is None:
            names = ", ".join(self.exercise.names)
            return f"{self.exercise.id}: no file of this submission defines {names}."
        if self.verdict.mistake is None:
            return f"{self.exercise.id}: right."
        name, explanation = self.verdict.mistake.name, self.verdict.mistake.explanation
        said = name if explanation == name else f"{name} {explanation}"
        return f"{self.exercise.id}: {self.verdict.state}. {said[:MAX_PRINTED]}"


def grade_submission(folder: Path, exercises: Sequence[Exercise], points: str) -> list[Result]:
    """Judge what one student handed in.

    Args:
        folder: with the files; the better of two that answer one exercise counts.
        exercises: those that are asked for.
        points: ``checks`` gives each check a share, ``all`` gives all or nothing.
    """
    try:
        files = find_files(folder)
    except ReaderError:  # nothing was handed in
        files = []
    answers = [
        (path, exercise)
        for path in files
        for exercise in (exercises_in(path) or (exercises if len(exercises) == 1 else []))
        if exercise in exercises
    ]
    best: dict[str, Verdict] = {}
    for verdict in judge_files(answers, jobs=1):
        known = best.get(verdict.exercise)
        if known is None or ORDER[verdict.state] < ORDER[known.state]:
            best[verdict.exercise] = verdict
    return [
        Result(exercise, best.get(exercise.id), _parts(exercise, best.get(exercise.id), points))
        for exercise in exercises
    ]


def _parts(exercise: Exercise, verdict: Verdict | None, points: str) -> list[Part]:
    """Return the parts of an exercise, whose ``max_score`` are ``POINTS`` together."""
    if verdict is None:
        return [Part(exercise.id, False, 0, POINTS, "No file answers this exercise.")]
    if points == "all":
        said = verdict.mistake.name if verdict.mistake else ""
        return [Part(exercise.id, verdict.passed, POINTS * verdict.passed, POINTS, said)]
    checks = verdict.checks
    # Shares in whole numbers: each ends where the next one begins.
    ends = [POINTS * place // len(checks) for place in range(len(checks) + 1)]
    parts = []
    for check, first, last in zip(checks, ends, ends[1:], strict=False):
        score = (last - first) * check.passed
        parts.append(
            Part(f"{exercise.id}: {check.name}", check.passed, score, last - first, check.message)
        )
    return parts
