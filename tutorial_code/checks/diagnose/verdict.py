"""What the reader is told about an answer."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

NOT_STARTED = "not-started"  # the id for an answer that is not a mistake yet


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
        """Return ``right``, ``wrong`` or ``not started``."""
        if self.mistake and self.mistake.id == NOT_STARTED:
            return "not started"
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
