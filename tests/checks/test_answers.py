"""Right answers pass in every style, wrong ones are refused and named, catalogued or not."""

import warnings

import pytest
import torch
from helpers import ANSWERS, ROOT
from pipeline.mistakes import page
from torch import nn
from torchinfo import summary

from tutorial_code.checks.catalogue import mistakes_of, solution, wrong_version
from tutorial_code.checks.diagnose import recognize
from tutorial_code.checks.diagnose.judge import judge
from tutorial_code.checks.diagnose.operation_names import name_of
from tutorial_code.checks.diagnose.reference import reference_record
from tutorial_code.checks.exercises import EXERCISES, NAMES, chapter_of, exercise_of
from tutorial_code.checks.isolate.answers import run_source
from tutorial_code.checks.observe import scenarios_of
from tutorial_code.checks.observe.facts import same
from tutorial_code.checks.observe.network_runs import count_parameters

MISTAKES = [mistake for name in NAMES for mistake in mistakes_of(name)]


def files(kind):
    return [
        pytest.param(exercise, path, id=f"{exercise.id}-{path.stem}")
        for exercise in EXERCISES
        for path in sorted((ANSWERS / exercise.id / kind).glob("*.py"))
    ]


def judge_text(exercise, path):
    """Judge an answer in this process; return all checks, and the first mistake."""
    chapter_of(exercise).module()  # the classes that some calls name are taken from it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an answer may do what PyTorch warns of
        defined = run_source(path.read_text(encoding="utf-8"), path.name)
        results = [judge(name, list(scenarios_of(name, defined[name]))) for name in exercise.names]
    return [check for checks, _ in results for check in checks], next(
        (m for _, m in results if m), None
    )


@pytest.mark.parametrize(("exercise", "path"), files("right"))
def test_a_right_answer_passes_in_any_style(exercise, path):
    checks, mistake = judge_text(exercise, path)
    assert mistake is None
    assert checks and all(check.passed for check in checks)


@pytest.mark.parametrize(("exercise", "path"), files("wrong"))
def test_a_wrong_answer_is_refused_and_named(exercise, path):
    """The first line of each file holds the id of the diagnosis."""
    checks, mistake = judge_text(exercise, path)
    assert not all(check.passed for check in checks)
    first, _, _ = path.read_text(encoding="utf-8").partition("\n")
    assert f"# EXPECT: {mistake.id}" == first, mistake


@pytest.mark.parametrize(
    "path", sorted(ANSWERS.glob("resnet50/wrong/*_stem_pool_*.py")), ids=lambda path: path.stem
)
def test_another_pooling_is_told_what_a_pooling_needs(path):
    """And not the sizes of convolutions: the stem has one of each."""
    _, mistake = judge_text(exercise_of("ResNet50"), path)
    first, *_ = mistake.explanation.split(" Also: ")
    assert "max-pool" in mistake.name and " first max-pool" not in mistake.name
    assert "convolution" not in first and "1×1" not in first
    assert "once more" not in mistake.name  # the average at the end is asked for


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("basicblock/wrong/108_shortcut_plus_branch_in_training", "connected"),
        ("basicblock/wrong/106_pixels_taken_before_projection", "shortcut"),
        ("basicblock/wrong/98_norm_of_four_axes_divides_by_variance", "connected"),
        ("resnet/wrong/112_stride_in_second_block", "verage"),
        ("resnet/wrong/113_pads_with_ones", "verage"),
        ("resnet/wrong/107_maps_returned_pool_first", "max-pool"),
    ],
)
def test_what_is_right_in_another_style_is_not_named_beside_a_mistake(path, words):
    path = ANSWERS / f"{path}.py"
    _, mistake = judge_text(next(e for e in EXERCISES if e.id in path.parts), path)
    said, _, _ = mistake.explanation.partition(" Seen in ")
    assert words not in mistake.name + said


def test_what_holds_in_place_of_a_property_is_said_with_its_name():
    path = ANSWERS / "distributed" / "wrong" / "43_returned_by_rank_0.py"
    _, mistake = judge_text(exercise_of("train_distributed"), path)
    assert "what is returned: NoneType; list." in mistake.explanation


def test_a_network_of_too_large_maps_is_not_said_to_be_wrong_where_it_was_not_run():
    path = ANSWERS / "resnet" / "wrong" / "37_cifar_stem.py"
    _, mistake = judge_text(exercise_of("ResNet"), path)
    assert "parameters" in mistake.explanation and "not run" not in mistake.explanation


def test_an_operation_is_named_by_its_part_of_the_network():
    ops = reference_record("ResNet50")[1]["trace"]
    names = [name_of(ops, index) for index in range(len(ops))]
    assert names[:5] == [
        *(f"{word} of the stem" for word in ("convolution", "BatchNorm", "ReLU", "max-pool")),
        "first convolution of block 1 (in conv2_x)",
    ]
    last = names.index("addition of block 16 (in conv5_x)")
    assert names[last + 1 :] == [
        "third ReLU of block 16 (in conv5_x)",
        "average over all positions after the last block",
        "linear layer after the last block",
    ]


def test_the_catalogues_ids_are_unique_and_its_sentences_end():
    assert len({(mistake.answer, mistake.id) for mistake in MISTAKES}) == len(MISTAKES)
    assert len({(mistake.answer, mistake.name) for mistake in MISTAKES}) == len(MISTAKES)
    for mistake in MISTAKES:
        assert (
            mistake.name.endswith(".")
            and mistake.explanation.endswith((".", ")"))
            and mistake.seen.endswith(".")
        )
        chapter = ROOT / "tutorial_code" / f"{exercise_of(mistake.answer).chapter}.py"
        assert f"# ## {mistake.section}\n" in chapter.read_text(encoding="utf-8")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.answer}-{mistake.id}")
def test_a_catalogued_mistake_is_caught_and_named(mistake):
    """As far as the first way to use it that shows the difference, and further if that leaves
    several names.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scenarios = scenarios_of(mistake.answer, wrong_version(mistake))
        record, caught = [], False
        for expected, got in zip(reference_record(mistake.answer), scenarios, strict=True):
            record.append(got)
            caught = caught or not same(got["facts"], expected["facts"])
            if caught and (named := judge(mistake.answer, record)[1]).id == mistake.id:
                break
    assert caught
    assert (named.id, named.name) == (mistake.id, mistake.name)
    assert mistake.explanation in named.explanation


@pytest.mark.parametrize("name", NAMES)
def test_the_chapters_own_version_passes_and_what_was_not_seen_fails(name):
    record = reference_record(name)
    checks, mistake = judge(name, record)
    assert mistake is None and all(check.passed for check in checks)
    for cut in ([], record[:-1]):
        checks, mistake = judge(name, cut)
        assert mistake is not None and not all(check.passed for check in checks)


def test_parameters_are_counted_as_torchinfo_counts_them():
    """Kept in lists and dictionaries, tied, used twice, under two names, or frozen: each once."""

    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.listed = nn.ParameterList([nn.Parameter(torch.eye(3)) for _ in range(2)])
            self.named = nn.ParameterDict({"scale": nn.Parameter(torch.ones(3))})
            self.layer, self.tied, self.frozen = nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3)
            self.tied.weight, self.again = self.layer.weight, self.layer
            self.frozen.requires_grad_(False)

        def forward(self, x):
            x = x @ self.listed[0] @ self.listed[1] * self.named["scale"]
            return self.frozen(self.tied(self.again(self.layer(x))))

    counted = summary(Odd(), input_data=torch.zeros(2, 3), mode="train", verbose=0).total_params
    assert count_parameters(Odd()) == counted == 2 * 9 + 3 + 12 + 3 + 12


def test_what_is_not_a_class_or_function_is_refused():
    for name in NAMES:
        for answer in (None, 3, "text", object(), lambda *args, **kwargs: None):
            checks, mistake = judge(name, list(scenarios_of(name, answer)))
            assert mistake is not None and not all(check.passed for check in checks)


def test_judging_lets_no_warning_through():
    """PyTorch warns of a squared error between shapes that differ, which a catalogued mistake
    computes.
    """
    last = mistakes_of("make_criterion")[-1]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        recognize._seen_of.cache_clear()
        named = judge("make_criterion", list(scenarios_of("make_criterion", wrong_version(last))))[
            1
        ]
    assert named.id == last.id and not caught


def test_checks_leave_the_answer_as_it_is():
    """Judging the chapter's class twice, with its own use between, gives the same."""
    bottleneck = solution("Bottleneck")
    before = dict(vars(bottleneck))
    list(scenarios_of("Bottleneck", bottleneck))
    assert dict(vars(bottleneck)) == before


def test_the_page_of_mistakes_shows_each_of_them():
    written = page()
    for mistake in MISTAKES:
        heading = mistake.name.rstrip(".").replace("__", r"\_\_")  # which Markdown makes bold
        assert f"### {heading}\n\n```diff\n-" in written.replace("```diff\n+", "```diff\n-")
