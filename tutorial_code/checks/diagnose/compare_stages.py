"""Whether the blocks of a network are arranged in the right stages."""

from tutorial_code.checks.diagnose.difference import Difference
from tutorial_code.checks.diagnose.normal_form import in_one_style


def compare_stages(expected: list[dict], got: list[dict], complete: bool) -> list[Difference]:
    """Return whether the blocks of a whole network are arranged in stages as they should be."""
    right, yours = _stages(expected), _stages(in_one_style(got))
    if len(right) < 2 or right == yours or (not complete and yours == right[: len(yours)]):
        return []
    sentence = (
        f"The stages should be {_stages_in_words(right)}. Yours are {_stages_in_words(yours)}."
    )
    reason = (
        "Each stage has its number of blocks and twice the channels of the one before; conv3_x to "
        "conv5_x halve the size."
    )
    # If only the sizes differ, from the first block on, the cause is before the blocks.
    only_sizes = [(n, shape[0]) for n, shape in right] == [(n, shape[0]) for n, shape in yours]
    return [
        Difference(
            "stages-differ", sentence, reason, rank=2 if only_sizes and right[0] != yours[0] else 1
        )
    ]


def _stages(ops: list[dict]) -> list[tuple[int, list[int]]]:
    """Return how many consecutive blocks give the same shape, and that shape without the batch."""
    stages: list[tuple[int, list[int]]] = []
    for shape in (op["shape"][1:] for op in ops if op["kind"] == "add" and len(op["shape"]) == 4):
        if stages and stages[-1][1] == shape:
            stages[-1] = (stages[-1][0] + 1, shape)
        else:
            stages.append((1, shape))
    return stages


def _stages_in_words(stages: list[tuple[int, list[int]]]) -> str:
    return ", ".join(f"{count} of {'×'.join(map(str, shape))}" for count, shape in stages) or "none"
