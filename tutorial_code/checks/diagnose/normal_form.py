"""Traces in one style: operations that are written out become the layer that they compute."""

from collections import Counter
from math import prod

from tutorial_code.checks.diagnose.operation_names import BY_HAND, SPREADS

UNIMPORTANT = {"im2col", "as_strided", "constant"}  # how something is computed, not what


def in_one_style(ops: list[dict]) -> list[dict]:
    """Return the operations as layers: products as convolutions, padding joined to the padded
    layer, BatchNorm and averages as one operation.
    """
    ops = _averages(_strides(ops))
    ops = [op for op in ops if op["kind"] not in UNIMPORTANT]
    return _norms(_sums(_pools(_pads(_convolutions(ops)))))


def _strides(ops: list[dict]) -> list[dict]:
    """Every other pixel, taken for the 1×1 convolution of a shortcut alone, is its stride."""
    made = dict(enumerate(ops))
    users = Counter(source for op in ops for source in op["inputs"])
    for index, op in enumerate(ops):
        source = op["inputs"][0] if op["inputs"] else -1
        if source < 0 or users[source] > 1 or not op["beside"]:
            continue
        if not _takes_pixels(ops[source]) or not _is_1x1(op, ops[index + 1 :]):
            continue
        own = {key: value for key, value in op["attributes"].items() if key != "stride"}
        made[index] = {**op, "attributes": own}
        while source >= 0 and _takes_pixels(ops[source]):
            made.pop(source, None)
            source = ops[source]["inputs"][0]
    return _renumbered(made)


def _takes_pixels(op: dict) -> bool:
    pools = op["kind"] in {"max_pool", "avg_pool"}
    return op["kind"] == "part" or (pools and op["attributes"]["kernel_size"] == [1, 1])


def _is_1x1(op: dict, after: list[dict]) -> bool:
    """Tell whether it is a 1×1 convolution, or a matrix product whose images BatchNorm gets."""
    if op["kind"] == "conv":
        return op["attributes"].get("kernel_size") == [1, 1]
    return op["kind"] == "linear" and any(
        each["kind"] == "batch_norm" and len(each["shape"]) == 4 and each["depth"] == op["depth"]
        for each in after
    )


def _averages(ops: list[dict]) -> list[dict]:
    """A pool with one window, and a sum over all positions that is divided, are means."""
    made = dict(enumerate(ops))
    for index, op in enumerate(ops):
        source = op["inputs"][0] if op["inputs"] else -1
        before = ops[source]["shape"] if source >= 0 else []
        if op["kind"] == "avg_pool" and op["attributes"]["kernel_size"] == before[2:]:
            made[index] = {**op, "kind": "mean", "attributes": {}}
        elif op["kind"] in {"div", "mul"} and source in made and ops[source]["kind"] == "sum":
            summed = ops[source]["inputs"][0]
            maps = ops[summed]["shape"] if summed >= 0 else []
            if len(maps) == 4 and prod(op["shape"]) == prod(maps[:2]):
                made[index] = {**op, "kind": "mean", "attributes": {}}
                del made[source]
    return _renumbered(made)


def _renumbered(made: dict[int, dict]) -> list[dict]:
    """Return the operations that are left, whose inputs are their positions again."""
    position = {index: number for number, index in enumerate(made)}
    return [
        {**op, "inputs": [position.get(source, -1) for source in op["inputs"]]}
        for op in made.values()
    ]


def _convolutions(ops: list[dict]) -> list[dict]:
    """A matrix product that BatchNorm of images follows is a convolution."""
    return [
        {**op, "kind": "conv", "attributes": {}}
        if op["kind"] == "linear" and after["kind"] == "batch_norm" and len(after["shape"]) == 4
        else op
        for op, after in zip(ops, [*ops, {"kind": ""}][1:], strict=True)
    ]


def _pools(ops: list[dict]) -> list[dict]:
    """The maximum and ReLU may change places; here ReLU comes first."""
    made: list[dict] = []
    for op in ops:
        if op["kind"] == "relu" and made and made[-1]["kind"] == "max_pool":
            pool = made.pop()
            before = made[-1]["shape"] if made else op["shape"]
            made.append({**op, "shape": before, "norm": None})  # of what was not computed
            made.append({**pool, "norm": op.get("norm")})
        else:
            made.append(op)
    return made


def _pads(ops: list[dict]) -> list[dict]:
    """Zeros around an image belong to the convolution or pooling that follows."""
    made: list[dict] = []
    for op in ops:
        before = made[-1] if made else None
        if before and before["kind"] == "constant_pad_nd" and "padding" in op["attributes"]:
            left, right, top, bottom = (*before["attributes"].get("pad", [0, 1]), 0, 0, 0)[:4]
            if left == right and top == bottom:
                padding = [
                    own + more
                    for own, more in zip(op["attributes"]["padding"], (top, left), strict=True)
                ]
                made[-1] = {**op, "attributes": {**op["attributes"], "padding": padding}}
                continue
        made.append(op)
    return made


def _sums(ops: list[dict]) -> list[dict]:
    """A stack or concatenation that is summed is an addition; a mean over one axis and then the
    other is one mean.
    """
    made: list[dict] = []
    for op in ops:
        before = made[-1]["kind"] if made else ""
        if op["kind"] == "sum" and before in {"stack", "concatenation"}:
            made[-1] = {**op, "kind": "add"}
        elif op["kind"] == "mean" == before:
            made[-1] = op
        else:
            made.append(op)
    return made


def _norms(ops: list[dict]) -> list[dict]:
    """Consecutive operations that subtract a mean and divide by a spread are a BatchNorm."""
    made: list[dict] = []
    run: list[dict] = []
    for op in [*ops, {"kind": ""}]:
        if op["kind"] in BY_HAND:
            run.append(op)
            continue
        kinds = {each["kind"] for each in run}
        if SPREADS & kinds or {"sub", "div"} <= kinds or {"sub", "mul"} <= kinds:
            attributes = {} if SPREADS & kinds else {"statistics": "running"}
            ending = run[-1:] if run[-1]["kind"] == "add" else []  # the block's own addition
            last = run[-2] if ending else run[-1]
            made += [{**last, "kind": "batch_norm", "attributes": attributes, "shares": None}]
            made += ending
        else:
            made += run
        run = []
        made += [op] if op["kind"] else []
    return made
