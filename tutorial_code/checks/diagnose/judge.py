"""From the observations of an answer to a verdict: values decide, the catalogue names, the trace
explains.
"""

from typing import Any

from tutorial_code.checks.catalogue import Mistake
from tutorial_code.checks.diagnose.describe import describe
from tutorial_code.checks.diagnose.function_symptoms import shape_in_words
from tutorial_code.checks.diagnose.recognize import recognize
from tutorial_code.checks.diagnose.reference import reference_record
from tutorial_code.checks.diagnose.verdict import Check, Diagnosis
from tutorial_code.checks.exercises import Kind, exercise_of, kind_of, looks_of, task_of
from tutorial_code.checks.observe.facts import SHAPE_OF, YES, Fact, Record, Scenario, same
from tutorial_code.checks.observe.networks import ATTRIBUTES


def judge(name: str, record: Record) -> tuple[list[Check], Diagnosis | None]:
    """Judge the record of one class or function; return the checks, and the mistake if there is
    one.
    """
    checks = _checks(name, record)
    if all(check.passed for check in checks):
        return checks, None
    chapter = exercise_of(name).number
    failed = [check for check in checks if not check.passed]
    evidence = next((check for check in failed if check.seen), failed[0]).message
    known = _known(name, record)
    if not known:
        where = f"See chapter {chapter}, “{task_of(name).section.replace('`', '')}”."
        return checks, describe(name, record, reference_record(name), evidence, where)
    where = f"See chapter {chapter}, “{known[0].section.replace('`', '')}”."
    id = "-or-".join(mistake.id for mistake in known)
    title = " Or: ".join(mistake.name for mistake in known)
    reasons = " Or: ".join(mistake.explanation for mistake in known)
    return checks, Diagnosis(
        id,
        title if len(known) == 1 else f"Either: {title}",
        f"{reasons} Seen in {evidence} {where}",
    )


def _known(name: str, record: Record) -> list[Mistake]:
    """Return the catalogued mistakes that behave like an answer; if there is none, those that do so
    but for what the class says about itself, which may be wrong besides.
    """
    if found := recognize(name, record):
        return found
    rest = [
        (scenario, expected)
        for look, scenario, expected in zip(
            looks_of(name), record, reference_record(name), strict=False
        )
        if look.get("how") != ATTRIBUTES
    ]
    if len(rest) == len(record) or all(
        same(scenario["facts"], expected["facts"]) for scenario, expected in rest
    ):
        return []
    return recognize(name, [scenario for scenario, _ in rest])


def _checks(name: str, record: Record) -> list[Check]:
    """Compare fact by fact. Facts that are missing because the answer crashed count as failed."""
    seen = {scenario["scenario"]: scenario for scenario in record}
    given = "arguments" if kind_of(name) == Kind.FUNCTION else "weights"
    checks: dict[str, Check] = {}
    for expected in reference_record(name):
        none: Scenario = {"scenario": expected["scenario"], "facts": {}}
        got = seen.get(expected["scenario"], none)
        for fact, value in expected["facts"].items():
            check = checks.setdefault(fact, Check(f"{name}: {fact}", True, ""))
            if fact in got["facts"] or (fact == Fact.RUNS and got is not none):
                if (check.passed or not check.seen) and not same(got["facts"].get(fact), value):
                    message = f"{expected['scenario']}: {_message(fact, value, got, given)}"
                    checks[fact] = Check(check.name, False, message)
            elif check.passed:
                checks[fact] = Check(
                    check.name, False, f"{expected['scenario']}: it stops before.", seen=False
                )
    return list(checks.values())


def _message(fact: str, expected: Any, got: Scenario, given: str) -> str:
    if fact == Fact.RUNS:
        return _failure(got)
    found = got["facts"][fact]
    if fact == Fact.BY_HAND:
        return "it calls a function of PyTorch that does the whole work."
    if fact == Fact.ARGUMENTS_UNCHANGED:
        return f"the {' and the '.join(got['changed'])} was changed."
    if fact == Fact.PARAMETERS:
        many = found - expected
        return (
            f"expected {expected:,} parameters, got {found:,}: {abs(many):,} too "
            f"{'many' if many > 0 else 'few'}."
        )
    if isinstance(expected, dict) or (
        isinstance(expected, list) and expected and isinstance(expected[0], dict)
    ):
        what = "there is none" if found == "none" else "the values differ from the right ones"
        return f"with the same {given} {what}."
    if fact.startswith(SHAPE_OF.format("")):
        return f"expected {shape_in_words(expected)}, got {shape_in_words(found)}."
    if expected is True or expected == YES:
        return f"{fact}: {_words(found)}."
    return f"expected {_words(expected)}, got {_words(found)}."


def _failure(got: Scenario) -> str:
    if "waits" in got:
        return f"it does not come to an end: {', and '.join(got['waits'])}."
    error = got.get("error")
    if not error:
        return "it was not run."
    place = f" ({error['line']})" if error["line"] else ""
    return f"it fails when it {error['when']}{place}: {error['type']}: {error['message']}."


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, list):
        texts = [_words(entry) for entry in value]
        return ("×" if all(isinstance(entry, int) for entry in value) else "; ").join(
            texts
        ) or "nothing"
    return str(value)
