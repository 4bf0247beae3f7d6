"""Functions of tensors: what they are compared with, and what is said of a mistake that nobody
foresaw.
"""

import json

import pytest
import torch
import torch.nn.functional as F
from helpers import ANSWERS

from tutorial_code.checks.catalogue import solution
from tutorial_code.checks.diagnose.describe import describe
from tutorial_code.checks.diagnose.judge import judge
from tutorial_code.checks.diagnose.reference import reference_record
from tutorial_code.checks.diagnose.where_values_differ import describe_values
from tutorial_code.checks.exercises import NAMES, Kind, find_exercise, kind_of, looks_of
from tutorial_code.checks.isolate.worker import judge_file
from tutorial_code.checks.observe import scenarios_of
from tutorial_code.checks.observe.calls import Call
from tutorial_code.checks.observe.facts import same
from tutorial_code.checks.observe.functions import _tensors
from tutorial_code.checks.terminal import as_text
from tutorial_code.runs.own_code.components import pieces_of
from tutorial_code.runs.own_code.selection import _used_in_training, passes

LAYERS = find_exercise("layers")
RIGHT = ANSWERS / "layers" / "right" / "02_unfold_and_matmul.py"
FUNCTIONS = [name for name in NAMES if kind_of(name) == Kind.FUNCTION]


def pytorchs_batch_norm(x, mean, var, weight, bias, eps=1e-5):
    """PyTorch's treats the statistics as constants, so they are put into x, weight and bias."""
    column = (1, -1, 1, 1)
    scale = torch.rsqrt(var + eps)
    normalized = (x - mean.view(column)) * scale.view(column)
    zeros, ones = torch.zeros_like(mean.detach()), torch.ones_like(mean.detach())
    return F.batch_norm(normalized, zeros, ones, weight, bias, eps=0.0)


PYTORCHS = {
    "conv2d": lambda x, weight, stride=1, padding=0: F.conv2d(
        x, weight, stride=stride, padding=padding
    ),
    "batch_statistics": lambda x: torch.var_mean(x, dim=(0, 2, 3), correction=0)[::-1],
    "batch_norm": pytorchs_batch_norm,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_chapters_version_equals_pytorchs_in_values_and_gradients(name):
    for look in looks_of(name):
        results = []
        for function in (solution(name), PYTORCHS[name]):
            leaves = {key: value.double().requires_grad_() for key, value in _tensors(look).items()}
            returned = Call(look["call"]).of(function, **leaves)
            returned = returned if isinstance(returned, tuple) else (returned,)
            sum((each * each.detach().cos()).sum() for each in returned).backward()  # any factors
            results.append([*returned, *(leaf.grad for leaf in leaves.values())])
        for mine, theirs in zip(*results, strict=True):
            torch.testing.assert_close(mine, theirs, msg=look["call"])


def test_pytorchs_own_batch_norm_gives_the_same_values():
    look = next(look for look in looks_of("batch_norm") if "eps" in look["call"])
    given = _tensors(look)
    theirs = F.batch_norm(*(given[key] for key in ("x", "mean", "var", "weight", "bias")), eps=0.5)
    torch.testing.assert_close(Call(look["call"]).of(solution("batch_norm"), **given), theirs)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_sizes_tell_rows_from_columns_and_channels_from_images(name):
    shapes = [look["tensors"]["x"] for look in looks_of(name)]
    assert any(height != width for _, _, height, width in shapes)
    assert any(batch == 1 for batch, *_ in shapes) and any(batch > 1 for batch, *_ in shapes)
    assert any(len({*shape}) < len(shape) for shape in shapes)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_order_in_which_float32_is_added_up_does_not_matter(name):
    """The same in float64, and with every tensor scaled by rounding errors."""

    def other(*args, **kwargs):
        wide = [each.double() if isinstance(each, torch.Tensor) else each for each in args]
        named = {
            key: each.double() if isinstance(each, torch.Tensor) else each
            for key, each in kwargs.items()
        }
        found = solution(name)(*wide, **named)
        if isinstance(found, tuple):
            return tuple((each * (1 + 1e-6)).float() for each in found)
        return (found * (1 + 1e-6)).float()

    for expected, got in zip(reference_record(name), scenarios_of(name, other), strict=True):
        assert same(got["facts"], expected["facts"]), got["scenario"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda right: 3 * right, "is 3 times what it should be"),
        (lambda right: -right, "is -1 times"),
        (lambda right: right + 0.5, "is off by 0.5 everywhere"),
        (lambda right: right * 0, "is zero everywhere"),
        (lambda right: right.relu(), "is zero where it should be negative"),
        (lambda right: right.half().float(), "is off by about 0.0"),
        (lambda right: right / 0, "All values of the output are not finite"),
        (lambda right: torch.where(right == right.max(), torch.nan, right), "1 of the 96 values"),
        (lambda right: right.flip(3), "in mirrored order"),
        (lambda right: right.transpose(2, 3), "with two dimensions exchanged"),
        (lambda right: torch.cat([right[:1], right[1:] + right[:1]]), "in all images but the"),
        (lambda right: torch.where(border(right), 9.0, right), "only at its border"),
        (lambda right: torch.where(one(right, (1, 1, 2, 0)), 9.0, right), "at [1, 1, 2, 0] is 9"),
    ],
)
def test_a_wrong_result_is_described_by_what_holds_for_all_of_it(change, words):
    right = torch.randn(2, 3, 4, 4)
    assert words in describe_values("output", right, change(right)).sentence


def one(values, place):
    found = torch.zeros_like(values, dtype=torch.bool)
    found[place] = True
    return found


def border(values):
    inside = torch.zeros_like(values, dtype=torch.bool)
    inside[:, :, 1:-1, 1:-1] = True
    return ~inside


def test_what_a_mistake_outside_the_catalogue_is_told():
    def twice(x, weight, stride=1, padding=0):
        return 2 * solution("conv2d")(x, weight, stride, padding)

    record = list(scenarios_of("conv2d", twice))
    found = describe("conv2d", record, reference_record("conv2d"), "evidence", "")
    assert found.id == "output-differs" and "2 times" in found.name


def test_a_report_can_be_written_as_json_also_with_values_that_are_not_finite():
    record = list(scenarios_of("batch_norm", lambda x, *rest, **named: x / 0))
    assert judge("batch_norm", json.loads(json.dumps(record)))[1] is not None


def without(text, left, hole):
    """Return an answer in which functions are holes, or, without a hole, are not defined."""
    for name in left:
        head, _, rest = text.partition(f"def {name}(")
        signature, _, after = rest.partition("\n")
        _, gap, following = after.partition("\n\n\n")
        kept = f"def {name}({signature}\n    raise NotImplementedError\n{gap}" if hole else ""
        text = f"{head}{kept}{following}"
    return text


def judged(text, tmp_path, suffix=".py"):
    path = tmp_path / f"answer{suffix}"
    path.write_text(text, encoding="utf-8")
    return judge_file(path, LAYERS)


@pytest.mark.parametrize("hole", [True, False], ids=["raises", "is missing"])
@pytest.mark.parametrize("left", [["batch_norm"], ["conv2d"], ["conv2d", "batch_norm"]])
def test_an_exercise_of_which_a_part_is_written_is_not_called_wrong(left, hole, tmp_path):
    verdict = judged(without(RIGHT.read_text(encoding="utf-8"), left, hole), tmp_path)
    assert verdict.state == "unfinished" and not verdict.passed
    written = [name for name in LAYERS.names if name not in left]
    assert verdict.mistake.name == f"Not written yet: {', '.join(left)}."
    assert verdict.mistake.explanation == f"Right so far: {', '.join(written)}."
    assert all(passes(verdict, name) == (name in written) for name in LAYERS.names)


def test_an_exercise_of_which_nothing_is_written_is_not_started(tmp_path):
    text = RIGHT.read_text(encoding="utf-8")
    holes = without(text, LAYERS.names, hole=True)
    assert judged(holes, tmp_path).state == "not started"
    assert judged(without(holes, ["batch_norm"], hole=False), tmp_path).state == "not started"
    late = without(text, ["conv2d", "batch_norm"], hole=False).replace(
        "return ", "raise NotImplementedError  # "
    )
    verdict = judged(late, tmp_path)
    assert verdict.state == "not started" and "It is not defined." in as_text(verdict)


def test_where_nothing_of_an_exercise_is_defined_the_message_comes_once(tmp_path):
    verdict = judged("from torch import Tensor\n\n\ndef convolve(x): ...\n", tmp_path)
    assert verdict.state == "wrong" and verdict.mistake.id == "wrong-name"
    assert as_text(verdict).count("It defines no conv2d.") == 1
    assert verdict.mistake.explanation == "It defines: convolve."


def test_a_misspelled_name_is_told_where_the_others_are_there(tmp_path):
    text = RIGHT.read_text(encoding="utf-8").replace(
        "def batch_statistics(", "def batch_statistic("
    )
    verdict = judged(text, tmp_path)
    assert verdict.state == "wrong"
    assert verdict.mistake.name == "It defines no batch_statistics, but batch_statistic."


def test_a_notebook_in_which_a_part_is_written_is_unfinished(tmp_path):
    text = without(RIGHT.read_text(encoding="utf-8"), ["batch_norm"], hole=False)
    cells = [{"cell_type": "code", "source": text}]
    verdict = judged(json.dumps({"cells": cells}), tmp_path, ".ipynb")
    assert verdict.state == "unfinished"
    assert verdict.mistake.name == "Not written yet: batch_norm."


@pytest.mark.parametrize("hole", [True, False], ids=["raises", "is missing"])
def test_a_mistake_is_told_before_what_is_not_written_yet(hole, tmp_path):
    text = RIGHT.read_text(encoding="utf-8").replace("unbiased=False", "unbiased=True")
    verdict = judged(without(text, ["conv2d", "batch_norm"], hole), tmp_path)
    assert verdict.state == "wrong" and verdict.mistake.id == "variance-unbiased"
    assert verdict.mistake.explanation.endswith(" Not written yet: conv2d, batch_norm.")
    assert as_text(verdict).count("Not written yet") == 1


def test_a_training_does_not_ask_for_them():
    assert LAYERS not in _used_in_training(pieces_of("resnet50"))
