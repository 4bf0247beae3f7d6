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
from tutorial_code.checks.diagnose.judge import judge, reference_record
from tutorial_code.checks.diagnose.where_values_differ import describe_values
from tutorial_code.checks.exercises import NAMES, Kind, find_exercise, kind_of, looks_of
from tutorial_code.checks.isolate.worker import judge_file
from tutorial_code.checks.observe import scenarios_of
from tutorial_code.checks.observe.calls import Call
from tutorial_code.checks.observe.facts import same
from tutorial_code.checks.observe.functions import _tensors
from tutorial_code.checks.terminal import as_text
from tutorial_code.runs.own_code.selection import _used_in_training

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


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (["batch_norm"], "unfinished"),
        (["conv2d", "batch_norm"], "unfinished"),
        (["conv2d", "batch_statistics", "batch_norm"], "not started"),
    ],
)
def test_an_exercise_of_which_a_part_is_written_is_not_called_wrong(left, state, tmp_path):
    text = RIGHT.read_text(encoding="utf-8")
    for name in left:
        head, _, rest = text.partition(f"def {name}(")
        signature, _, after = rest.partition("\n")
        _, gap, following = after.partition("\n\n\n")
        body = "    raise NotImplementedError\n"
        text = f"{head}def {name}({signature}\n{body}{gap}{following}"
    path = tmp_path / "answer.py"
    path.write_text(text, encoding="utf-8")
    verdict = judge_file(path, LAYERS)
    assert verdict.state == state and not verdict.passed
    if state == "unfinished":
        assert f"Not written yet: {', '.join(left)}." in as_text(verdict)
        assert "Right so far: " in as_text(verdict)


def test_a_mistake_is_told_before_what_is_not_written_yet(tmp_path):
    text = RIGHT.read_text(encoding="utf-8").replace("unbiased=False", "unbiased=True")
    path = tmp_path / "answer.py"
    head, _, _ = text.partition("def batch_norm(")
    path.write_text(
        head + "def batch_norm(x, mean, var, weight, bias, eps=1e-5):\n"
        "    raise NotImplementedError\n",
        encoding="utf-8",
    )
    assert judge_file(path, LAYERS).mistake.id == "variance-unbiased"


def test_a_training_does_not_ask_for_them():
    assert LAYERS not in _used_in_training()
