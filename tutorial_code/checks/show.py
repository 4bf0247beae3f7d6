"""Verdicts as a person reads them in a terminal."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tutorial_code.checks.diagnose.verdict import Verdict
from tutorial_code.checks.exercises import Exercise

MOST = 4  # failed checks that are listed; the others follow from them
PRINTED = 10  # lines of what an answer printed

DONE, WRONG, NOT_STARTED = "done", "wrong", "not started"
STYLES = {DONE: "green", WRONG: "red", NOT_STARTED: "dim"}
MARKS = {DONE: "✓", WRONG: "✗", NOT_STARTED: "·"}


def as_text(verdict: Verdict) -> str:
    """Return the verdict as plain text: the file, the mistake, and how many checks passed."""
    passed = sum(check.passed for check in verdict.checks)
    lines = [
        f"{verdict.file}: {'right' if verdict.passed else 'wrong'} ({passed} of {len(verdict.checks)} checks passed)"
    ]
    if verdict.mistake:
        lines += [verdict.mistake.name]
        if verdict.mistake.explanation != verdict.mistake.name:
            lines += [verdict.mistake.explanation]
    return "\n".join(lines)


def print_verdict(console: Console, verdict: Verdict) -> None:
    """Print what was judged, what is wrong, and which checks failed."""
    state = DONE if verdict.passed else WRONG
    passed = sum(check.passed for check in verdict.checks)
    console.print(Text(f"{MARKS[state]} {verdict.exercise}: {'right' if verdict.passed else 'wrong'}", STYLES[state]))
    console.print(Padding(Text(f"judged {verdict.file} in {verdict.seconds:.1f} s", "dim"), (0, 0, 0, 2)))
    if verdict.mistake:
        console.print(Padding(Text(verdict.mistake.name, "bold"), (1, 0, 0, 2)))
        if verdict.mistake.explanation != verdict.mistake.name:
            console.print(Padding(Text(verdict.mistake.explanation), (0, 0, 1, 2)))
    failed = [check for check in verdict.checks if not check.passed]
    if failed and len(verdict.checks) > 1:
        console.print(
            Padding(Text(f"{passed} of {len(verdict.checks)} checks passed. The others, first of all:"), (0, 0, 0, 2))
        )
        for check in failed[:MOST]:
            console.print(Padding(Text(f"✗ {check.name.split(': ', 1)[-1]}", "red"), (0, 0, 0, 2)))
    elif verdict.passed:
        console.print(Padding(Text(f"all {passed} checks passed"), (0, 0, 0, 2)))
    if not verdict.passed:
        console.print(Padding(Text(f"stuck? resnet50 check {verdict.exercise} --hint", "dim"), (0, 0, 0, 2)))
    if verdict.printed.strip():
        lines = verdict.printed.strip().splitlines()[:PRINTED]
        console.print(Padding(Text("\n".join(["it printed:", *lines]), "dim"), (1, 0, 0, 2)))


def print_path(console: Console, states: list[tuple[Exercise, str]], next_step: str) -> None:
    """Print all exercises with their states, and what to do next."""
    for exercise, state in states:
        line = Text(f"{MARKS[state]} {exercise.id:<11}", STYLES[state])
        line.append(f" {state:<12}", STYLES[state])
        line.append(exercise.title, "default")
        console.print(line)
    console.print(Text(f"\n{next_step}"))
