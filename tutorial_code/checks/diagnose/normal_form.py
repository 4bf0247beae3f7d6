"""Traces in one style: operations that are written out become the layer that they compute."""

from tutorial_code.checks.diagnose.operation_names import BY_HAND, SPREADS

UNIMPORTANT = {"im2col", "as_strided", "constant"}  # how something is computed, not what


def in_one_style(ops: list[dict]) -> list[dict]:
    """Return the operations as layers: products as convolutions, padding joined to the padded
    layer, BatchNorm as one operation.
    """
    ops = [op for op in ops if op["kind"] not in UNIMPORTANT]
    return _norms(_sums(_pads(_convolutions(ops))))


def _convolutions(ops: list[dict]) -> list[dict]:
    """A matrix product that BatchNorm follows is a convolution."""
    return [
        {**op, "kind": "conv", "attributes": {}}
        if op["kind"] == "linear" and after["kind"] == "batch_norm"
        else op
        for op, after in zip(ops, [*ops[1:], {"kind": ""}], strict=True)
    ]


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
        elif not (op["kind"] == "mean" == before):
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
            made.append({**run[-1], "kind": "batch_norm", "attributes": attributes, "shares": None})
            made += run[-1:] if run[-1]["kind"] == "add" else []  # the block's own addition ends it
        else:
            made += run
        run = []
        made += [op] if op["kind"] else []
    return made
