"""What an answer does wrong, in words, where its mistake is not in the catalogue."""

import re
from collections.abc import Callable

from tutorial_code.checks.diagnose.compare_networks import compare_networks, compare_norms
from tutorial_code.checks.diagnose.compare_stages import compare_stages
from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.diagnose.error_messages import explain_error
from tutorial_code.checks.diagnose.function_symptoms import function_symptoms
from tutorial_code.checks.diagnose.loop_symptoms import loop_symptoms
from tutorial_code.checks.diagnose.network_symptoms import network_symptoms
from tutorial_code.checks.diagnose.optimizer_and_loss_symptoms import (
    loss_symptoms,
    optimizer_symptoms,
)
from tutorial_code.checks.diagnose.parallel_layer_symptoms import parallel_layer_symptoms
from tutorial_code.checks.diagnose.parallel_training_symptoms import parallel_training_symptoms
from tutorial_code.checks.diagnose.verdict import NOT_STARTED, Diagnosis
from tutorial_code.checks.diagnose.wrong_sums import explain_results
from tutorial_code.checks.exercises import Kind, kind_of, looks_of
from tutorial_code.checks.observe.facts import Record, Scenario, same
from tutorial_code.checks.observe.networks import INDEPENDENCE

MAX_DIFFERENCES = 3  # the others usually follow from them
LOOPS = {Kind.TRAINING_LOOP, Kind.TEST_LOOP}  # they return sums over batches


def describe(name: str, record: Record, reference: Record, evidence: str, where: str) -> Diagnosis:
    """Say what differs from the chapter's own version.

    Args:
        name: the class or function that is judged.
        record: the observations of the answer; without any, it is not defined.
        reference: the observations of the chapter's own version.
        evidence: the first check that failed, in words.
        where: the part of the chapter that the reader is sent to.
    """
    if not record:
        return Diagnosis(NOT_STARTED, f"{name} is not written yet.", f"It is not defined. {where}")
    if any(_is_a_hole(got["error"]) for got in record if "error" in got):
        return Diagnosis(
            NOT_STARTED,
            f"{name} is not written yet.",
            f"It still raises NotImplementedError. {where}",
        )
    failed = next((got for got in record if "error" in got), None)
    if found := _differences(name, record, reference):
        by_id: dict[str, Difference] = {}  # one of each: the others repeat what it says
        for difference in sorted(found, key=lambda difference: difference.rank):
            by_id.setdefault(difference.id, difference)
        first, *more = by_id.values()
        others = " ".join(difference.sentence for difference in more[: MAX_DIFFERENCES - 1])
        also = f" Also: {others}" if others else ""
        if failed and (known := explain_error(failed["error"], name)):
            also += f" And it fails: {known.meaning} {known.advice}"
        reason = f"{first.reason}{also} Seen in {evidence} {where}".strip()
        return Diagnosis(first.id, first.sentence, reason)
    if failed:
        return _failure(name, failed, where)
    reason = f"Seen in {evidence} {where}"
    return Diagnosis("computes-something-else", "It computes something else.", reason)


def _is_a_hole(error: dict[str, str]) -> bool:
    """Tell the skeleton's bare NotImplementedError from those of PyTorch, which say what is
    missing.
    """
    bare = error["type"] == "NotImplementedError" and error["message"] == "no message"
    return bare or "NotImplementedError" in error["line"]


def _differences(name: str, record: Record, reference: Record) -> list[Difference]:
    found: dict[str, Difference] = {}  # keyed by the sentence up to its first number
    if difference := _later_ones_fail(name, record, reference):
        found[difference.sentence] = difference
    # A failure before any other observation is explained by its message or its cause.
    failed_first = False
    for expected, got in zip(reference, record, strict=False):
        if same(got["facts"], expected["facts"]):
            continue
        for difference in SYMPTOMS[kind_of(name)](name, expected, got):
            if difference.rank == 0 or not failed_first:
                found.setdefault(re.sub(r"\d.*", "", difference.sentence), difference)
        if kind_of(name) == Kind.FUNCTION and any(each.rank == 1 for each in found.values()):
            break  # the same in other sizes says nothing new
        failed_first = failed_first or ("error" in got and not found)
    certain = any(difference.rank <= 1 for difference in found.values())
    if kind_of(name) in LOOPS and not failed_first and not certain:
        for difference in explain_results(reference, record):
            found.setdefault(difference.sentence, difference)
    return list(found.values())


def _later_ones_fail(name: str, record: Record, reference: Record) -> Difference | None:
    """Say that something is kept from one network to the next, if the same arguments fail the
    second time.
    """
    looks = looks_of(name)
    failed = (
        look
        for look, got in zip(looks, record, strict=False)
        if look.get("how") == INDEPENDENCE and "error" in got
    )
    again = next(failed, None)
    if not again or again["call"] != looks[0]["call"]:
        return None
    if not same(record[0]["facts"], reference[0]["facts"]):
        return None
    reason = (
        "What is counted or collected on the class, in a global variable or in a default argument "
        "goes on with the next one. Begin anew in __init__, with variables of its own."
    )
    sentence = "The first one is right, and one that is made later is not."
    return Difference("later-ones-fail", sentence, reason, rank=0)


def _network_differences(name: str, expected: Scenario, got: Scenario) -> list[Difference]:
    found = network_symptoms(name, expected, got)
    if expected.get("trace") and got.get("trace"):
        complete = "error" not in got
        if not complete and _depth(got) < _depth(expected):
            # It failed midway: the message says more than half a trace.
            return found
        found = compare_stages(expected["trace"], got["trace"], complete) + found
        found += compare_networks(expected["trace"], got["trace"], complete)
        found = found or compare_norms(expected, got)
    return found


def _depth(scenario: Scenario) -> int:
    return max(op["depth"] for op in scenario["trace"])


SYMPTOMS: dict[Kind, Callable[[str, Scenario, Scenario], list[Difference]]] = {
    Kind.NETWORK: _network_differences,
    Kind.LOSS: loss_symptoms,
    Kind.OPTIMIZER: optimizer_symptoms,
    Kind.TRAINING_LOOP: loop_symptoms,
    Kind.TEST_LOOP: loop_symptoms,
    Kind.FUNCTION: function_symptoms,
    Kind.PARALLEL_LAYER: parallel_layer_symptoms,
    Kind.PARALLEL_TRAINING: parallel_training_symptoms,
}


def _failure(name: str, got: Scenario, where: str) -> Diagnosis:
    """Say what the exception of a scenario means."""
    error = got["error"]
    title = f"It fails when it {error['when']}: {error['type']}: {error['message']}."
    place = f"It happens in {error['line']}. " if error["line"] else ""
    seen = f"{place}Seen in {got['scenario']}. {where}"
    if known := explain_error(error, name):
        return Diagnosis(known.id, known.meaning, f"{known.advice} {title} {seen}".lstrip())
    return Diagnosis("fails", title, seen)
