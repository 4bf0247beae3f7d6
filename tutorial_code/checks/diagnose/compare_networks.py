"""Where the traces of two networks differ, in words, for mistakes that nobody foresaw."""

import math
from difflib import SequenceMatcher
from math import prod

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.diagnose.function_symptoms import shape_in_words
from tutorial_code.checks.diagnose.normal_form import in_one_style
from tutorial_code.checks.diagnose.operation_names import (
    ATTRIBUTES,
    EXTRA,
    FAMILIES,
    MISSING,
    as_text,
    listed,
    name_of,
    reason_for,
)
from tutorial_code.checks.observe.facts import Scenario


def compare_networks(expected: list[dict], got: list[dict], complete: bool) -> list[Difference]:
    """Return the differences of two networks' traces in the order of the data; ``complete`` is
    False after an error.
    """
    found = _used_twice(expected, got)
    # Only there the inputs are still positions in the same list.
    same_kinds = [op["kind"] for op in expected] == [op["kind"] for op in got]
    connected = _connections(expected) == _connections(got)
    got = in_one_style(got)
    for where, beside in (("", False), (" on the shortcut", True)):
        right = [op for op in expected if (op["beside"] > 0) == beside]
        yours = [op for op in got if (op["beside"] > 0) == beside]
        found += _compare(right, yours, where, complete or beside)
    if not found and same_kinds and not connected:
        sentence = "The operations are the right ones, but they are connected in another way."
        found.append(
            Difference(
                "connected-otherwise",
                sentence,
                "Follow x from operation to operation: which result goes where?",
                rank=3,
            )
        )
    return found


def _connections(ops: list[dict]) -> list[list[int]]:
    """Return whose results each operation uses; a + b is b + a."""
    either = {"add", "mul"}
    return [sorted(op["inputs"]) if op["kind"] in either else op["inputs"] for op in ops]


def compare_norms(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return the first result that differs between two networks with the same operations, of
    which some may be written out.
    """
    right, yours = _with_norms(expected), in_one_style(_with_norms(got))
    if not right or [op["kind"] for op in right] != [op["kind"] for op in yours]:
        return []
    for index, (op, other) in enumerate(zip(right, yours, strict=True)):
        norm, mine = op["norm"], other["norm"]
        if mine is not None and not math.isclose(norm, mine, rel_tol=1e-3):
            where = name_of(right, index) + (" on the shortcut" if op["beside"] else "")
            sentence = (
                f"The values part from the right ones at the {where}: {mine / norm:.3g} times as "
                "large."
            )
            reason = (
                "All before it is right. It is written out here: give it and PyTorch's own layer "
                "the same input, and compare their results."
                if op["attributes"].keys() != other["attributes"].keys()
                else "All before it is right. Look for something that changes its weights, or what "
                "goes into it."
            )
            return [Difference("values-differ", sentence, reason, rank=2)]
    return []


def _with_norms(scenario: Scenario) -> list[dict]:
    """Return the operations with the norms of their results, as far as these were observed."""
    ops, norms = scenario["trace"], scenario.get("norms", [])
    if len(ops) != len(norms):
        return []
    return [{**op, "norm": norm} for op, norm in zip(ops, norms, strict=True)]


def _compare(right: list[dict], yours: list[dict], where: str, complete: bool) -> list[Difference]:
    found = []
    kinds, own_kinds = ([op["kind"] for op in ops] for ops in (right, yours))
    opcodes = SequenceMatcher(None, kinds, own_kinds, autojunk=False).get_opcodes()
    moved = _moved(right, yours, opcodes)
    for index, op, other in moved:
        found += _settings(name_of(right, index) + where, op, other)
    for number, (tag, a, b, c, d) in enumerate(opcodes):
        if tag == "equal":
            for offset, (op, other) in enumerate(zip(right[a:b], yours[c:d], strict=True)):
                found += _settings(name_of(right, a + offset) + where, op, other)
            continue
        if tag == "delete" and number == len(opcodes) - 1 and not complete:
            continue  # it failed there and did not continue
        expected, got = listed(right[a:b]), listed(yours[c:d])
        place = (
            f"after the {name_of(right, a - 1)}{where}"
            if a
            else f"at the start{where}"
            if where
            else "at the start"
        )
        kind = (right[a:b] or yours[c:d])[0]["kind"]
        family = _family(right[a:b], yours[c:d])
        if tag == "delete":
            hint = "It comes at another place." if moved else MISSING.get(kind, "")
            found.append(Difference(f"missing-{_id(kind)}", f"Missing {place}: {expected}.", hint))
        elif tag == "insert":
            hint = "It belongs to another place." if moved else EXTRA.get(kind, "")
            found.append(
                Difference(f"extra-{_id(kind)}", f"One thing too many {place}: {got}.", hint)
            )
        elif family:
            own, asked = (
                sum(op["kind"] == yours[c]["kind"] for op in ops) for ops in (yours, right)
            )
            more = own - asked - 1
            often = f", and {'once' if more == 1 else f'{more} times'} more" if more > 0 else ""
            sentence = (
                f"{got[0].upper()}{got[1:]} stands where {expected} is expected, {place}{often}."
            )
            if not any(each.reason == family for each in found):
                found.append(Difference(f"other-{_id(kind)}", sentence, family))
        else:
            found.append(
                Difference(
                    f"other-than-{_id(kind)}",
                    f"Expected {place}: {expected}. Yours has: {got}.",
                    MISSING.get(kind, ""),
                )
            )
    return found


def _moved(
    right: list[dict], yours: list[dict], opcodes: list[tuple]
) -> list[tuple[int, dict, dict]]:
    """Return operations at the wrong position: the index, the right one and the actual one."""
    missing = [i for tag, a, b, _, _ in opcodes if tag == "delete" for i in range(a, b)]
    extra = [j for tag, _, _, c, d in opcodes if tag == "insert" for j in range(c, d)]
    return [
        (i, right[i], yours[j])
        for i in missing
        for j in extra
        if right[i]["kind"] == yours[j]["kind"]
    ]


def _family(right: list[dict], yours: list[dict]) -> str:
    """Return what to say if a layer replaces another of its family, or an empty string."""
    if len(right) != 1 or len(yours) != 1:
        return ""
    pair = {right[0]["kind"], yours[0]["kind"]}
    return next((reason for family, reason in FAMILIES if pair <= family), "")


def _settings(name: str, op: dict, other: dict) -> list[Difference]:
    found = []
    if op["kind"] == "mean" and prod(op["shape"]) != prod(other["shape"]):
        right, yours = (shape_in_words(each["shape"]) for each in (op, other))
        sentence = f"The {name} gives {yours}, where {right} is expected."
        reason = (
            "It is taken over height and width, and over nothing else: one number is left for "
            "each channel of each image."
        )
        found.append(Difference("averaged-otherwise", sentence, reason))
    changed = [key for key in op["attributes"] if key in other["attributes"]]
    changed = [key for key in changed if op["attributes"][key] != other["attributes"][key]]
    for key in changed:
        value, yours = op["attributes"][key], other["attributes"][key]
        id, reason = f"setting-{_id(key)}", reason_for(op["kind"], key)
        if key == "bias":
            found.append(Difference(id, f"The {name} has {'a' if yours else 'no'} bias.", reason))
        elif key == "tracked":
            found.append(Difference(id, f"The {name} keeps no running statistics.", reason))
        elif key == "padding" and op["shape"] == other["shape"] and changed == ["padding"]:
            sentence = (
                f"The {name} has padding {as_text(yours)}, but keeps the size: something else pads "
                "before it."
            )
            zeros = "padding=1 surrounds the feature map with zeros; padding_mode stays at 'zeros'."
            found.append(Difference("padded-before", sentence, zeros))
        else:
            label = ATTRIBUTES.get(key, key)
            sentence = (
                f"The {name} has {label} {as_text(yours)}, where {as_text(value)} is expected."
            )
            found.append(Difference(id, sentence, reason))
    return found


def _used_twice(expected: list[dict], got: list[dict]) -> list[Difference]:
    """Find single layers that are used where there should be two."""
    if _count(got, "conv") < _count(expected, "conv"):
        # a convolution that is written out may be several products with one weight
        return []
    kinds_agree = [op["kind"] for op in expected] == [op["kind"] for op in got]
    found = []
    for index, op in enumerate(got):
        first = op["shares"]
        if first in (None, index) or (kinds_agree and first == expected[index]["shares"]):
            continue
        one, two = (
            name_of(got, i) + (" on the shortcut" if got[i]["beside"] else "")
            for i in (first, index)
        )
        sentence = f"The {two} and the {one} are one layer, used twice."
        once_more = _count(got, op["kind"]) > _count(expected, op["kind"])
        if once_more:
            reason = (
                "Something runs once more than it should: follow x through forward, and through "
                "the loop over blocks."
            )
        else:
            reason = (
                "Make a layer of its own for each place: shared, it has one set of weights and "
                "statistics for both."
            )
        found.append(Difference("layer-used-twice", sentence, reason, 0 if once_more else 1))
    return found


def _count(ops: list[dict], kind: str) -> int:
    return sum(op["kind"] == kind for op in ops)


def _id(kind: str) -> str:
    """Return the kind of an operation, or the name of one of its settings, as part of an id."""
    return kind.replace("_", "-")
