"""Judge answers that are defined in this process, for notebooks."""

import html
import time
from collections.abc import Mapping
from typing import Any

from tutorial_code.checks.diagnose.judge import judge
from tutorial_code.checks.diagnose.verdict import Check, Diagnosis, Verdict
from tutorial_code.checks.exercises import NAMES, exercise_of
from tutorial_code.checks.isolate.solutions import own_of_others, sentence
from tutorial_code.checks.observe import scenarios_of
from tutorial_code.checks.terminal import as_text

OPEN = "#9a6700"
COLORS = {"right": "#1a7f37", "wrong": "#b42318", "unfinished": OPEN, "not started": OPEN}


class VerdictList(list):
    """Verdicts that a notebook shows as a table and a terminal shows as text."""

    def __repr__(self) -> str:
        return "\n".join(as_text(verdict) for verdict in self)

    def _repr_html_(self) -> str:
        return "".join(map(_table, self))


def check_here(answers: tuple[Any, ...], defined: Mapping[str, Any]) -> VerdictList:
    """Judge each answer; never raise for what an answer does.

    Args:
        answers: what was passed to ``check``.
        defined: the names defined where ``check`` was called; a lambda or a partial function is
            identified by its name there.
    """
    return VerdictList(_judge(answer, defined) for answer in answers)


def _judge(answer: Any, defined: Mapping[str, Any]) -> Verdict:
    start = time.perf_counter()
    given = (name for name in NAMES if defined.get(name) is answer)
    name = next(given, getattr(answer, "__name__", type(answer).__name__))
    if name not in NAMES:
        message = (
            f"No exercise asks for {name}. Pass the class or function itself, such as "
            "check(Bottleneck)."
        )
        return Verdict(
            "unknown",
            name,
            False,
            0.0,
            Diagnosis("wrong-name", message, f"The names are {', '.join(NAMES)}."),
        )
    checks: list[Check]
    mistake: Diagnosis | None
    if place := own_of_others(answer, name):
        checks = []
        mistake = Diagnosis("not-your-own", f"{name} is not your own.", sentence({place}))
    else:
        checks, mistake = judge(name, list(scenarios_of(name, answer)))
    passed = bool(checks) and all(check.passed for check in checks)
    return Verdict(exercise_of(name).id, name, passed, time.perf_counter() - start, mistake, checks)


def _table(verdict: Verdict) -> str:
    color = COLORS[verdict.state]
    style = f"color:#fff;background:{color};padding:0 0.4em"
    rows = [f"<b style='{style}'>{html.escape(verdict.file)}: {verdict.state}</b>"]
    if verdict.mistake:
        rows += [
            f"<b>{html.escape(verdict.mistake.name)}</b>",
            html.escape(verdict.mistake.explanation),
        ]
    passed = sum(check.passed for check in verdict.checks)
    rows += [f"{passed} of {len(verdict.checks)} checks passed"] if verdict.checks else []
    cells = "".join(f"<tr><td style='text-align:left'>{row}</td></tr>" for row in rows)
    return f"<table style='border-left:4px solid {color};max-width:46em'>{cells}</table>"
