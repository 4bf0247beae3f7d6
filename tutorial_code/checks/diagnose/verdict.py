"""What the reader is told about an answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# The ids for answers that are not a mistake yet: nothing is written, or only a part.
NOT_STARTED = "not-started"
UNFINISHED = "unfinished"
# The id for an answer that takes the solution from somewhere.
NOT_YOUR_OWN = "not-your-own"


class Check(NamedTuple):
    """One thing that was checked, in all configurations of the answer."""

    name: str
    passed: bool
    message: str  # empty when it passed
    seen: bool = True  # False: the answer stopped before this could be observed


class Diagnosis(NamedTuple):
    """A mistake, as the reader is told about it."""

    id: str
    name: str  # what is wrong, in a sentence
    explanation: str


def first_mistake(names: Sequence[str], mistakes: Sequence[Diagnosis | None]) -> Diagnosis | None:
    """Return what the reader is told first: a mistake before what is not written yet.

    Args:
        names: the classes and functions of an exercise.
        mistakes: what is wrong with each of them, or None.
    """
    empty = [bool(mistake and mistake.id == NOT_STARTED) for mistake in mistakes]
    if all(empty) or not any(empty):
        return next(filter(None, mistakes), None)
    left, there = (
        [name for name, missing in zip(names, empty, strict=True) if missing == wanted]
        for wanted in (True, False)
    )
    not_written = f"Not written yet: {', '.join(left)}."
    for mistake, missing in zip(mistakes, empty, strict=True):
        if mistake and not missing:
            return mistake._replace(explanation=f"{mistake.explanation} {not_written}")
    return Diagnosis(UNFINISHED, not_written, f"Right so far: {', '.join(there)}.")


@dataclass
class Verdict:
    """What the reader is told about one file."""

    exercise: str
    file: str
    passed: bool
    seconds: float
    mistake: Diagnosis | None
    checks: list[Check] = field(default_factory=list)
    printed: str = ""  # by the answer, for the terminal only
    built_from: tuple[str, ...] = ()  # the reader's own earlier answers that it was judged with

    @property
    def state(self) -> str:
        """Return ``right``, ``wrong``, ``unfinished`` or ``not started``."""
        if self.mistake and self.mistake.id in {NOT_STARTED, UNFINISHED}:
            return self.mistake.id.replace("-", " ")
        return "right" if self.passed else "wrong"

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as plain values."""
        return {
            "exercise": self.exercise,
            "file": self.file,
            "passed": self.passed,
            "state": self.state,
            "seconds": round(self.seconds, 3),
            "mistake": self.mistake._asdict() if self.mistake else None,
            "checks": [check._asdict() for check in self.checks],
        }
