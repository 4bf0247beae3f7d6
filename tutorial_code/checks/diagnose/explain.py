"""What an answer does otherwise, in words, for mistakes that nobody foresaw: the difference of two
traces.
"""

import math
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from tutorial_code.checks.diagnose.normal_form import in_one_style
from tutorial_code.checks.diagnose.operation_names import (
    ATTRIBUTES,
    EXTRA,
    FAMILIES,
    MISSING,
    ORDINALS,
    SETTINGS,
    STAGES,
    WORDS,
)
from tutorial_code.checks.observe.facts import Scenario


class Difference(NamedTuple):
    """One thing that is otherwise, and what to know about it."""

    sentence: str
    reason: str = ""
    rank: int = 1  # 0: a cause of others, 1: seen in the trace, 2: a consequence, 3: a weak sign


def compare_networks(expected: list[dict], got: list[dict], complete: bool) -> list[Difference]:
    """Return the differences of two networks' traces in the order of the data; ``complete`` is
    False after an error.
    """
    found = _used_twice(expected, got)
    got = in_one_style(got)
    for where, beside in (("", False), (" on the shortcut", True)):
        right = [op for op in expected if (op["beside"] > 0) == beside]
        yours = [op for op in got if (op["beside"] > 0) == beside]
        found += _compare(right, yours, where, complete or beside)
    same_kinds = [op["kind"] for op in expected] == [op["kind"] for op in got]
    if (
        not found
        and same_kinds
        and [op["inputs"] for op in expected] != [op["inputs"] for op in got]
    ):
        sentence = "The operations are the right ones, but they are connected in another way."
        found.append(
            Difference(
                sentence, "Follow x from operation to operation: which result goes where?", rank=3
            )
        )
    return found


def compare_norms(expected: Scenario, got: Scenario) -> list[Difference]:
    """Return where the values of two networks part that do the same operations: the first result
    that differs.
    """
    right, yours = expected.get("norms", []), got.get("norms", [])
    if [op["kind"] for op in expected["trace"]] != [op["kind"] for op in got["trace"]] or len(
        right
    ) != len(yours):
        return []
    for index, (norm, mine) in enumerate(zip(right, yours, strict=True)):
        if not math.isclose(norm, mine, rel_tol=1e-3):
            ops = expected["trace"]
            where = _name(ops, index) + (" on the shortcut" if ops[index]["beside"] else "")
            sentence = (
                f"The values part from the right ones at the {where}: {mine / norm:.3g} times as "
                "large."
            )
            reason = (
                "All before it is right. Look for something that changes its weights, or what "
                "goes into it."
            )
            return [Difference(sentence, reason, rank=2)]
    return []


def compare_stages(expected: list[dict], got: list[dict], complete: bool) -> list[Difference]:
    """Return whether the blocks of a whole network stand in stages as they should."""
    right, yours = _stages(expected), _stages(got)
    if len(right) < 2 or right == yours or (not complete and yours == right[: len(yours)]):
        return []
    sentence = (
        f"The stages should be {_stages_in_words(right)}. Yours are {_stages_in_words(yours)}."
    )
    reason = (
        "Each stage has its number of blocks and twice the channels of the one before; conv3_x to "
            "conv5_x halve the size."
    )
    # Where only the sizes differ, from the first block on, the cause stands before the blocks.
    only_sizes = [(n, shape[0]) for n, shape in right] == [(n, shape[0]) for n, shape in yours]
    return [Difference(sentence, reason, rank=2 if only_sizes and right[0] != yours[0] else 1)]


def _stages(ops: list[dict]) -> list[tuple[int, list[int]]]:
    """Return how many blocks in a row give the same shape, and that shape without the batch."""
    stages: list[tuple[int, list[int]]] = []
    for shape in (op["shape"][1:] for op in ops if op["kind"] == "add" and len(op["shape"]) == 4):
        if stages and stages[-1][1] == shape:
            stages[-1] = (stages[-1][0] + 1, shape)
        else:
            stages.append((1, shape))
    return stages


def _stages_in_words(stages: list[tuple[int, list[int]]]) -> str:
    return ", ".join(f"{count} of {'×'.join(map(str, shape))}" for count, shape in stages) or "none"


def _compare(right: list[dict], yours: list[dict], where: str, complete: bool) -> list[Difference]:
    found = []
    kinds = [[op["kind"] for op in ops] for ops in (right, yours)]
    opcodes = SequenceMatcher(None, *kinds, autojunk=False).get_opcodes()
    moved = _moved(right, yours, opcodes)
    for index, op, other in moved:
        found += _settings(_name(right, index) + where, op, other)
    for number, (tag, a, b, c, d) in enumerate(opcodes):
        if tag == "equal":
            for offset, (op, other) in enumerate(zip(right[a:b], yours[c:d], strict=True)):
                found += _settings(_name(right, a + offset) + where, op, other)
            continue
        if tag == "delete" and number == len(opcodes) - 1 and not complete:
            continue  # it failed there, and went no further
        expected, got = _listed(right[a:b]), _listed(yours[c:d])
        place = (
            f"after the {_name(right, a - 1)}{where}"
            if a
            else f"at the start{where}"
            if where
            else "at the start"
        )
        kind = (right[a:b] or yours[c:d])[0]["kind"]
        family = _family(right[a:b], yours[c:d])
        if tag == "delete":
            hint = "It comes at another place." if moved else MISSING.get(kind, "")
            found.append(Difference(f"Missing {place}: {expected}.", hint))
        elif tag == "insert":
            hint = "It belongs to another place." if moved else EXTRA.get(kind, "")
            found.append(Difference(f"One thing too many {place}: {got}.", hint))
        elif family:
            more = sum(op["kind"] == yours[c]["kind"] for op in yours) - 1
            often = f", and {'once' if more == 1 else f'{more} times'} more" if more else ""
            sentence = (
                f"{got[0].upper()}{got[1:]} stands where {expected} is expected, {place}{often}."
            )
            if not any(each.reason == family for each in found):
                found.append(Difference(sentence, family))
        else:
            found.append(
                Difference(
                    f"Expected {place}: {expected}. Yours has: {got}.", MISSING.get(kind, "")
                )
            )
    return found


def _moved(
    right: list[dict], yours: list[dict], opcodes: list[tuple]
) -> list[tuple[int, dict, dict]]:
    """Return what is at another place than it should be: its index, as it should be, and as it is.
    """
    missing = [i for tag, a, b, _, _ in opcodes if tag == "delete" for i in range(a, b)]
    extra = [j for tag, _, _, c, d in opcodes if tag == "insert" for j in range(c, d)]
    return [
        (i, right[i], yours[j])
        for i in missing
        for j in extra
        if right[i]["kind"] == yours[j]["kind"]
    ]


def _family(right: list[dict], yours: list[dict]) -> str:
    """Return what to say where one layer stands for another of its family, or an empty text."""
    if len(right) != 1 or len(yours) != 1:
        return ""
    pair = {right[0]["kind"], yours[0]["kind"]}
    return next((reason for family, reason in FAMILIES if pair <= family), "")


def _settings(name: str, op: dict, other: dict) -> list[Difference]:
    found = []
    changed = [key for key in op["attributes"] if key in other["attributes"]]
    changed = [key for key in changed if op["attributes"][key] != other["attributes"][key]]
    for key in changed:
        value, yours = op["attributes"][key], other["attributes"][key]
        if key == "bias":
            found.append(
                Difference(f"The {name} has {'a' if yours else 'no'} bias.", SETTINGS["bias"])
            )
        elif key == "tracked":
            found.append(
                Difference(f"The {name} keeps no running statistics.", SETTINGS["tracked"])
            )
        elif key == "padding" and op["shape"] == other["shape"] and changed == ["padding"]:
            sentence = (
                f"The {name} has padding {_plain(yours)}, but keeps the size: something else pads "
                "before it."
            )
            reason = (
                "padding=1 surrounds the feature map with zeros; padding_mode stays at 'zeros'."
            )
            found.append(Difference(sentence, reason))
        else:
            label = ATTRIBUTES.get(key, key)
            sentence = f"The {name} has {label} {_plain(yours)}, where {_plain(value)} is expected."
            found.append(Difference(sentence, SETTINGS.get(key, "")))
    return found


def _used_twice(expected: list[dict], got: list[dict]) -> list[Difference]:
    """Find layers that are one and the same, though they should be two."""
    if sum(op["kind"] == "conv" for op in got) < sum(op["kind"] == "conv" for op in expected):
        # convolutions are written out, and one of them may be several products with one weight
        return []
    kinds_agree = [op["kind"] for op in expected] == [op["kind"] for op in got]
    found = []
    for index, op in enumerate(got):
        first = op["shares"]
        if first in (None, index) or (kinds_agree and first == expected[index]["shares"]):
            continue
        one, two = (
            _name(got, i) + (" on the shortcut" if got[i]["beside"] else "") for i in (first, index)
        )
        sentence = f"The {two} and the {one} are one layer, used twice."
        once_more = len(got) > len(expected)
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
        found.append(Difference(sentence, reason, rank=0 if once_more else 1))
    return found


def _name(ops: list[dict], index: int) -> str:
    """Return, for example, "second BatchNorm", and in a whole network also the block that it stands
    in.
    """
    kind = ops[index]["kind"]
    word = WORDS.get(kind, kind)
    additions = [i for i, op in enumerate(ops) if op["kind"] == "add"]
    if len(additions) <= 1:
        number = sum(op["kind"] == kind for op in ops[: index + 1])
        alone = sum(op["kind"] == kind for op in ops) == 1
        return word if alone else f"{ORDINALS[min(number, 10) - 1]} {word}"
    done, ahead = [i for i in additions if i < index], [i for i in additions if i >= index]
    start = done[-1] + 1 if done else 0
    number = sum(op["kind"] == kind for op in ops[start : index + 1])
    if not done and (kind == "max_pool" or "max_pool" in [op["kind"] for op in ops[index:]]):
        place = "of the stem"
    elif ahead:
        stage = STAGES.get(ops[ahead[0]]["shape"][1], "")
        place = f"of block {len(done) + 1}{f' (in {stage})' if stage else ''}"
    else:
        place = "behind the last block"
    return f"{ORDINALS[min(number, 10) - 1]} {word} {place}"


def _listed(ops: list[dict]) -> str:
    return ", ".join(map(_described, ops[:6])) + (", …" if len(ops) > 6 else "")


def _described(op: dict) -> str:
    if op["kind"] == "conv" and op["attributes"]:
        size = "×".join(map(str, op["attributes"]["kernel_size"]))
        return f"{size} convolution to {op['attributes']['out_channels']} channels"
    return WORDS.get(op["kind"], op["kind"])


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return str(value[0]) if len(set(map(str, value))) == 1 else "×".join(map(str, value))
    return str(value)
