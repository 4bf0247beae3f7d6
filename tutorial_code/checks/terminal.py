"""Verdicts as a person reads them in a terminal."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tutorial_code.checks.diagnose.verdict import Verdict
from tutorial_code.checks.exercises import EXERCISES, Exercise, find_exercise

MAX_FAILED_CHECKS = 4  # the others usually follow from them
TRAIN = "Train what you wrote:  uv run resnet50 train --mine"
MAX_PRINTED_LINES = 10  # of an answer's output

DONE, WRONG, UNFINISHED, NOT_STARTED = "done", "wrong", "unfinished", "not started"
STYLES = {DONE: "green", WRONG: "red", UNFINISHED: "yellow", NOT_STARTED: "dim"}
MARKS = {DONE: "✓", WRONG: "✗", UNFINISHED: "·", NOT_STARTED: "·"}


def as_text(verdict: Verdict) -> str:
    """Return the verdict as plain text: the file, the mistake, and how many checks passed."""
    lines = [f"{verdict.file}: {verdict.state} ({_counted(verdict)})"]
    if verdict.mistake:
        lines += [verdict.mistake.name]
        if verdict.mistake.explanation != verdict.mistake.name:
            lines += [verdict.mistake.explanation]
    return "\n".join(lines)


def print_verdict(console: Console, verdict: Verdict) -> None:
    """Print what was judged, what is wrong, which checks failed, and what to do next."""
    state = DONE if verdict.passed else verdict.state
    _print(console, f"{MARKS[state]} {verdict.exercise}: {verdict.state}", STYLES[state], left=0)
    if state == NOT_STARTED:
        chapter = find_exercise(verdict.exercise).reading
        _print(console, f"Read {chapter}, and write {verdict.file}. The task stands in that file.")
        return
    own = f" with your own {', '.join(verdict.built_from)}" if verdict.built_from else ""
    _print(console, f"judged {verdict.file}{own} in {verdict.seconds:.1f} s", "dim")
    if verdict.mistake:
        _print(console, verdict.mistake.name, "bold", above=1)
        if verdict.mistake.explanation != verdict.mistake.name:
            _print(console, verdict.mistake.explanation, below=1)
    failed = [
        check.name.split(": ", 1)[-1] for check in verdict.checks if not check.passed and check.seen
    ]
    if len(verdict.checks) > 1 and set(failed) - {"runs"}:
        _print(
            console,
            f"{_counted(verdict)}. "
            f"{'The first that' if len(failed) > MAX_FAILED_CHECKS else 'What'} failed:",
        )
        for name in failed[:MAX_FAILED_CHECKS]:
            _print(console, f"✗ {name}", "red")
    elif len(verdict.checks) > 1 and failed:
        _print(
            console,
            f"{sum(not check.seen for check in verdict.checks)} more checks wait until it runs.",
        )
    if verdict.passed:
        _print(console, f"all {_counted(verdict)}")
        _print(console, after(find_exercise(verdict.exercise)), above=1, left=0)
    else:
        _print(console, f"Stuck? uv run resnet50 check {verdict.exercise} --hint", "dim")
    if verdict.printed.strip():
        lines = verdict.printed.strip().splitlines()[:MAX_PRINTED_LINES]
        _print(console, "\n".join(["it printed:", *lines]), "dim", above=1)


def after(exercise: Exercise) -> str:
    """Return what comes after an exercise that is done."""
    place = EXERCISES.index(exercise) + 1
    if place == len(EXERCISES):
        return f"That was the last exercise. {TRAIN}"
    following = EXERCISES[place]
    if following.number > exercise.number + 1:  # chapters about the trained network lie between
        return f"{TRAIN}  The next exercise is in {following.reading}."
    if following.chapter == exercise.chapter:
        return f"Next: go on in {following.reading}, and write {following.file}."
    return f"Next: read {following.reading}, and write {following.file}."


def _counted(verdict: Verdict) -> str:
    passed = sum(check.passed for check in verdict.checks)
    return (
        f"{passed} checks passed"
        if verdict.passed
        else f"{passed} of {len(verdict.checks)} checks passed"
    )


def _print(
    console: Console, text: str, style: str = "", above: int = 0, below: int = 0, left: int = 2
) -> None:
    console.print(Padding(Text(text, style), (above, 0, below, left), expand=False))


def print_path(console: Console, states: list[tuple[Exercise, str]], next_step: str) -> None:
    """Print all exercises with their states, and what to do next."""
    width = max(len(exercise.id) for exercise in EXERCISES) + 1
    for exercise, state in states:
        line = Text(f"{MARKS[state]} {exercise.id:<{width}}", STYLES[state])
        line.append(f" {state:<12}", STYLES[state])
        line.append(exercise.title, "default")
        console.print(line)
    console.print(Text(f"\n{next_step}"))
