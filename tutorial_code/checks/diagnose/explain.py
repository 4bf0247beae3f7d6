"""What an answer does otherwise, in words, for mistakes that nobody foresaw: the difference of two traces."""

from difflib import SequenceMatcher
from typing import Any, NamedTuple

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
WORDS = {
    "conv": "convolution",
    "batch_norm": "BatchNorm",
    "relu": "ReLU",
    "add": "addition",
    "max_pool": "max-pool",
    "avg_pool": "average pool",
    "mean": "average over all positions",
    "linear": "linear layer",
    "mul": "multiplication",
    "sub": "subtraction",
    "div": "division",
    "add_constant": "addition of something that does not come from the input",
    "group_norm": "GroupNorm",
    "layer_norm": "LayerNorm",
    "part": "cut that keeps only a part",
    "constant_pad_nd": "padding with a constant",
}
ATTRIBUTES = {
    "kernel_size": "kernel size",
    "in_channels": "input channels",
    "out_channels": "output channels",
    "out_features": "outputs",
    "features": "channels",
    "groups": "groups",
}
MISSING = {
    "batch_norm": "Each convolution is followed by BatchNorm, on the shortcut too.",
    "relu": "Without a ReLU between them two layers act as one linear map.",
    "add": "What came into the block must be added to what its branch computed.",
    "conv": "Count the convolutions: each one is needed for the shapes and the parameters to agree.",
    "max_pool": "The pooling shrinks the picture before the stages; without it everything after costs more.",
    "mean": "The mean over all positions makes the network fit pictures of any size.",
    "linear": "The classifier turns the pooled channels into one logit a class.",
}
EXTRA = {
    "relu": (
        "A ReLU cuts off everything negative. It belongs after the first and the second BatchNorm of a block and "
        "after its addition, nowhere else."
    ),
    "dropout": "ResNet-50 has no dropout: BatchNorm and augmentation do that work.",
    "softmax": "The loss takes logits and does the softmax itself.",
    "log_softmax": "The loss takes logits and does the log-softmax itself.",
    "sigmoid": "The loss takes logits, any real numbers.",
    "batch_norm": "BatchNorm follows a convolution, once.",
    "conv": "Count the convolutions: a block has three, and one more on the shortcut where shapes differ.",
}
SETTINGS = {
    "stride": (
        "In a block the 3×3 convolution carries the stride, and the shortcut's projection with it; in a stage only "
        "the first block has one."
    ),
    "padding": "A 3×3 convolution keeps the size with padding 1, a 7×7 with stride 2 halves it with padding 3, a 1×1 "
    "needs none.",
    "kernel_size": "A block has 1×1, 3×3, 1×1; the stem begins with 7×7.",
    "groups": "All channels are mixed: groups stays at 1.",
    "bias": (
        "BatchNorm subtracts the mean of each channel, so a bias before it does nothing: bias=False. The linear "
        "layer keeps its bias."
    ),
    "momentum": (
        "PyTorch's momentum is the share of the new batch, 0.1 by default; other frameworks count the other way."
    ),
    "eps": "Leave BatchNorm's eps at its default, 1e-5.",
    "tracked": "Without running statistics evaluation mode has nothing to use.",
    "statistics": "In training BatchNorm uses the batch's statistics, in evaluation the running ones.",
}


STAGES = {256: "conv2_x", 512: "conv3_x", 1024: "conv4_x", 2048: "conv5_x"}  # by the channels that a block gives


class Difference(NamedTuple):
    """One thing that is otherwise, and what to know about it."""

    sentence: str
    reason: str = ""
    rank: int = 1  # 0: a cause of others, 1: seen in the trace, 2: a consequence, 3: a weak sign


def compare_networks(expected: list[dict], got: list[dict], complete: bool) -> list[Difference]:
    """Return the differences of two networks' traces in the order of the data; ``complete`` is False after an error."""
    found: list[Difference] = []
    for where, beside in (("", False), (" on the shortcut", True)):
        right = [op for op in expected if (op["beside"] > 0) == beside]
        yours = [op for op in got if (op["beside"] > 0) == beside]
        found += _compare(right, yours, where, complete or beside)
    if [op["kind"] for op in expected] == [op["kind"] for op in got]:
        found += _shared(expected, got)
        if not found and [op["inputs"] for op in expected] != [op["inputs"] for op in got]:
            sentence = "The operations are the right ones, but they are connected in another way."
            found.append(Difference(sentence, "Follow x from operation to operation: which result goes where?", rank=3))
    return found


def compare_stages(expected: list[dict], got: list[dict], complete: bool) -> list[Difference]:
    """Return whether the blocks of a whole network stand in stages as they should."""
    right, yours = _stages(expected), _stages(got)
    if len(right) < 2 or right == yours or (not complete and yours == right[: len(yours)]):
        return []
    sentence = f"The stages should be {_stages_in_words(right)}. Yours are {_stages_in_words(yours)}."
    reason = (
        "Each stage has its number of blocks and twice the channels of the one before; conv3_x to conv5_x halve the"
        " size."
    )
    return [Difference(sentence, reason)]


def _stages(ops: list[dict]) -> list[tuple[int, list[int]]]:
    """Return how many blocks in a row give the same shape, and that shape without the batch."""
    stages: list[tuple[int, list[int]]] = []
    for shape in (op["shape"][1:] for op in ops if op["kind"] == "add"):
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
    for number, (tag, a, b, c, d) in enumerate(opcodes):
        if tag == "equal":
            for offset, (op, other) in enumerate(zip(right[a:b], yours[c:d], strict=True)):
                found += _settings(_name(right, a + offset) + where, op, other)
            continue
        if tag == "delete" and number == len(opcodes) - 1 and not complete:
            continue  # it failed there, and went no further
        expected, got = _listed(right[a:b]), _listed(yours[c:d])
        place = f"after the {_name(right, a - 1)}{where}" if a else f"at the start{where}" if where else "at the start"
        kind = (right[a:b] or yours[c:d])[0]["kind"]
        if tag == "delete":
            found.append(Difference(f"Missing {place}: {expected}.", MISSING.get(kind, "")))
        elif tag == "insert":
            found.append(Difference(f"One thing too many {place}: {got}.", EXTRA.get(kind, "")))
        else:
            found.append(Difference(f"Expected {place}: {expected}. Yours has: {got}.", MISSING.get(kind, "")))
    return found


def _settings(name: str, op: dict, other: dict) -> list[Difference]:
    found = []
    for key, value in op["attributes"].items():
        yours = other["attributes"].get(key)
        if yours == value:
            continue
        if key == "bias":
            found.append(Difference(f"The {name} has {'a' if yours else 'no'} bias.", SETTINGS["bias"]))
        elif key == "tracked":
            found.append(Difference(f"The {name} keeps no running statistics.", SETTINGS["tracked"]))
        else:
            label = ATTRIBUTES.get(key, key)
            sentence = f"The {name} has {label} {_plain(yours)}, where {_plain(value)} is expected."
            found.append(Difference(sentence, SETTINGS.get(key, "")))
    return found


def _shared(expected: list[dict], got: list[dict]) -> list[Difference]:
    """Find layers that are one and the same, though they should be two."""
    found = []
    for index, (op, other) in enumerate(zip(expected, got, strict=True)):
        if other["shares"] not in (op["shares"], None, index):
            one, two = (
                _name(got, i) + (" on the shortcut" if got[i]["beside"] else "") for i in (other["shares"], index)
            )
            found.append(
                Difference(
                    f"The {two} and the {one} are one layer, used twice.",
                    "Make a layer of its own for each place: shared, it has one set of weights and statistics for "
                    "both.",
                )
            )
    return found


def _name(ops: list[dict], index: int) -> str:
    """Return, for example, "second BatchNorm", and in a whole network also the block that it stands in."""
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
    if op["kind"] == "conv":
        size = "×".join(map(str, op["attributes"]["kernel_size"]))
        return f"{size} convolution to {op['attributes']['out_channels']} channels"
    return WORDS.get(op["kind"], op["kind"])


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return str(value[0]) if len(set(map(str, value))) == 1 else "×".join(map(str, value))
    return str(value)
