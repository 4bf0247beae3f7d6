"""From what was seen of an answer to a verdict: values decide, the catalogue names, the trace
explains.
"""

import re
import time
from functools import cache
from typing import Any

from tutorial_code.checks.mistakes import solution
from tutorial_code.checks.diagnose.explain import (
    Difference,
    compare_networks,
    compare_norms,
    compare_stages,
)
from tutorial_code.checks.diagnose.failures import explain_failure
from tutorial_code.checks.diagnose.loop_symptoms import loop_symptoms
from tutorial_code.checks.diagnose.recognise import recognise
from tutorial_code.checks.diagnose.symptoms import (
    criterion_symptoms,
    network_symptoms,
    optimizer_symptoms,
)
from tutorial_code.checks.diagnose.verdict import NOT_STARTED, Check, Diagnosis
from tutorial_code.checks.diagnose.wrong_sums import explain_results
from tutorial_code.checks.exercises import exercise_of
from tutorial_code.checks.observe import scenarios_of
from tutorial_code.checks.observe.facts import Record, Scenario, same

RESULTS_OF = {"train_one_epoch", "evaluate"}  # that return what was added up over batches
MOST = 3  # differences that are told; the rest follows from them more often than not


def judge(name: str, record: Record) -> tuple[list[Check], Diagnosis | None]:
    """Judge what was seen of one class or function; return the checks, and the mistake if there is
    one.
    """
    checks = _checks(name, record)
    if all(check.passed for check in checks):
        return checks, None
    chapter = exercise_of(name).number
    failed = [check for check in checks if not check.passed]
    evidence = next((check for check in failed if check.seen), failed[0]).message
    known = recognise(name, record)
    if not known:
        return checks, _described(name, record, evidence, f"See chapter {chapter}, “The exercise”.")
    where = f"See chapter {chapter}, “{known[0].section.replace('`', '')}”."
    id = "-or-".join(mistake.id for mistake in known)
    title = " Or: ".join(mistake.name for mistake in known)
    reasons = " Or: ".join(mistake.explanation for mistake in known)
    return checks, Diagnosis(
        id,
        title if len(known) == 1 else f"Either: {title}",
        f"{reasons} Seen in {evidence} {where}",
    )


@cache
def reference_record(name: str) -> Record:
    """Return what is seen of the chapter's own version."""
    record = list(scenarios_of(name, solution(name)))
    failures = [scenario["error"] for scenario in record if "error" in scenario]
    if failures:  # nothing may be compared with a failure
        raise RuntimeError(f"the chapter's {name} could not be looked at: {failures[0]}")
    return record


@cache
def reference_seconds(name: str) -> float:
    """Return how long this process computed to look at the chapter's own version."""
    start = time.process_time()
    reference_record(name)
    return time.process_time() - start


def _checks(name: str, record: Record) -> list[Check]:
    """Compare fact by fact. What could not be looked at, because the answer stopped before, counts
    as failed.
    """
    seen = {scenario["scenario"]: scenario for scenario in record}
    checks: dict[str, Check] = {}
    for expected in reference_record(name):
        got = seen.get(expected["scenario"], {"scenario": expected["scenario"], "facts": {}})
        for fact, value in expected["facts"].items():
            check = checks.setdefault(fact, Check(f"{name}: {fact}", True, ""))
            if fact == "runs" or fact in got["facts"]:
                if (check.passed or not check.seen) and not same(got["facts"].get(fact), value):
                    message = f"{expected['scenario']}: {_message(fact, value, got)}"
                    checks[fact] = Check(check.name, False, message)
            elif check.passed:
                checks[fact] = Check(
                    check.name, False, f"{expected['scenario']}: it stops before.", seen=False
                )
    return list(checks.values())


def _message(fact: str, expected: Any, got: Scenario) -> str:
    if fact == "runs":
        return _failure(got)
    found = got["facts"][fact]
    if fact == "parameters":
        many = found - expected
        return (
            f"expected {expected:,} parameters, got {found:,}: {abs(many):,} too "
            f"{'many' if many > 0 else 'few'}."
        )
    if isinstance(expected, dict) or (
        isinstance(expected, list) and expected and isinstance(expected[0], dict)
    ):
        return "under the same weights the values differ from the right ones."
    return f"expected {_words(expected)}, got {_words(found)}."


def _failure(got: Scenario) -> str:
    error = got.get("error")
    if not error:
        return "it was not run."
    place = f" ({error['line']})" if error["line"] else ""
    return (
        f"it fails when it {error['when']}{place}: {error['type']}: {error['message'].rstrip('.')}."
    )


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


def _described(name: str, record: Record, evidence: str, where: str) -> Diagnosis:
    """Say what differs, for a mistake that is not in the catalogue."""
    found: dict[str, Difference] = {}
    if any(_is_a_hole(got["error"]) for got in record if "error" in got):
        return Diagnosis(
            NOT_STARTED,
            f"{name} is not written yet.",
            f"It still raises NotImplementedError. {where}",
        )
    if (
        record
        and same(record[0]["facts"], reference_record(name)[0]["facts"])
        and (difference := _later_ones_fail(record))
    ):
        found[difference.sentence] = difference
    failed_first = (
        False  # what fails before anything else is seen is told by its message, or by a cause of it
    )
    reference = reference_record(name)
    for expected, got in zip(reference, record, strict=False):
        if same(got["facts"], expected["facts"]):
            continue
        for difference in _differences(name, expected, got):
            if difference.rank == 0 or not failed_first:
                found.setdefault(re.sub(r"\d.*", "", difference.sentence), difference)
        failed_first = failed_first or ("error" in got and not found)
    if name in RESULTS_OF and not failed_first and all(d.rank > 1 for d in found.values()):
        for difference in explain_results(reference, record):
            found.setdefault(difference.sentence, difference)
    if found:
        first, *more = sorted(found.values(), key=lambda difference: difference.rank)
        also = (
            " Also: " + " ".join(difference.sentence for difference in more[: MOST - 1])
            if more
            else ""
        )
        return Diagnosis(
            "differs", first.sentence, f"{first.reason}{also} Seen in {evidence} {where}".strip()
        )
    for got in record:
        if "error" in got:
            error = got["error"]
            title = (
                f"It fails when it {error['when']}: {error['type']}: "
                f"{error['message'].rstrip('.')}."
            )
            place = f"It happens in {error['line']}. " if error["line"] else ""
            meaning, advice = explain_failure(error, name)
            if meaning:
                return Diagnosis(
                    "fails",
                    meaning,
                    f"{advice} {title} {place}Seen in {got['scenario']}. {where}".lstrip(),
                )
            return Diagnosis("fails", title, f"{place}Seen in {got['scenario']}. {where}")
    return Diagnosis("differs", "It computes something else.", f"Seen in {evidence} {where}")


def _is_a_hole(error: dict[str, str]) -> bool:
    """Tell the skeleton's bare NotImplementedError from those of PyTorch, which say what is
    missing.
    """
    bare = error["type"] == "NotImplementedError" and error["message"] == "no message"
    return bare or "NotImplementedError" in error["line"]


def _later_ones_fail(record: Record) -> Difference | None:
    """Say that something is kept from one network to the next, where the same arguments fail the
    second time.
    """
    again = next(
        (got for got in record if got["scenario"].startswith("two of") and "error" in got), None
    )
    if not again or not record[0]["scenario"].startswith(again["scenario"].removeprefix("two of ")):
        return None
    reason = (
        "What is counted or collected on the class, in a global variable or in a default argument "
            "goes on with the next one. Begin anew in __init__, with variables of its own."
    )
    return Difference("The first one is right, and one that is made later is not.", reason, rank=0)


def _differences(name: str, expected: Scenario, got: Scenario) -> list[Difference]:
    if name == "make_optimizer":
        return optimizer_symptoms(expected, got)
    if name in RESULTS_OF:
        return loop_symptoms(expected, got)
    if name == "make_criterion":
        return criterion_symptoms(expected, got)
    found = network_symptoms(expected, got)
    if expected.get("trace") and got.get("trace"):
        complete = "error" not in got
        if not complete and _depth(got) < _depth(expected):
            # it failed on the way: the message tells more than a half that cannot be placed
            return found
        found = compare_stages(expected["trace"], got["trace"], complete) + found
        found += compare_networks(expected["trace"], got["trace"], complete)
        found = found or compare_norms(expected, got)
    return found


def _depth(scenario: Scenario) -> int:
    return max(op["depth"] for op in scenario["trace"])
