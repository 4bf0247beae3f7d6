"""What a reader is told of an answer."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Check(NamedTuple):
    """One thing that was checked, over all ways to use the answer."""

    name: str
    passed: bool
    message: str  # empty when it passed


class Named(NamedTuple):
    """A mistake as the reader is told of it."""

    id: str
    name: str  # what is wrong, in a sentence
    explanation: str


@dataclass
class Verdict:
    """What the reader is told of one file."""

    exercise: str
    file: str
    passed: bool
    seconds: float
    mistake: Named | None
    checks: list[Check] = field(default_factory=list)
    printed: str = ""  # by the answer, for the terminal only

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as plain values."""
        return {
            "exercise": self.exercise,
            "file": self.file,
            "passed": self.passed,
            "seconds": round(self.seconds, 3),
            "mistake": self.mistake._asdict() if self.mistake else None,
            "checks": [check._asdict() for check in self.checks],
        }
