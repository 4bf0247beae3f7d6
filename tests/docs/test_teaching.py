"""The guide for teachers: its numbers are computed, and its schedules fit."""

import math
import re

import pytest
import torch
from helpers import ROOT
from pipeline import teaching
from pipeline.tables_of_chapters import minutes_of
from torch import nn

from tutorial_code.ch03_bottleneck import Bottleneck
from tutorial_code.ch04_resnet50 import ResNet50
from tutorial_code.ch10_family import ResNet
from tutorial_code.checks.exercises import EXERCISES, find_exercise
from tutorial_code.shared.chapters import read_chapters

PAGE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
ASKED = re.compile(r'^\?\?\?\+ question "Chapter (\d+)\. (.+)"\n\n((?:    .*\n|\n)+)', re.MULTILINE)
QUESTIONS = {
    question: (int(number), " ".join(answer.split()))
    for number, question, answer in ASKED.findall(PAGE)
}


def answer_to(words):
    """Return the answer to the question that holds the words."""
    (found,) = [answer for question, (_, answer) in QUESTIONS.items() if words in question]
    return found


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


def test_every_chapter_has_a_question_and_none_has_more_than_two():
    numbers = [number for number, _ in QUESTIONS.values()]
    assert len(QUESTIONS) == PAGE.count("??? question") + PAGE.count("???+ question") >= 12
    assert {numbers.count(chapter.number) for chapter in read_chapters()} == {1, 2}
    assert numbers == sorted(numbers)


def test_bytes_of_a_batch():
    batch = torch.zeros(64, 3, 224, 224, dtype=torch.uint8)
    said = answer_to("bytes does a batch")
    assert f"= {batch.nbytes:,} values" in said and f"four: {batch.float().nbytes:,} bytes" in said


def test_the_first_convolution():
    conv = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
    _, *shape = conv(torch.zeros(1, 3, 224, 224)).shape
    said = answer_to("first convolution of ResNet-50")
    assert "×".join(map(str, shape)) in said
    assert f"{count(conv):,} weights" in said and f"{shape[1] * shape[2]:,} positions" in said
    assert f"{count(conv) * shape[1] * shape[2]:,} multiply-adds" in said


def test_batch_norm_in_both_modes():
    x = torch.tensor([1.0, 3, 5, 7]).reshape(4, 1, 1, 1)
    norm = nn.BatchNorm2d(1, eps=1e-9)
    norm.running_mean.fill_(2)
    norm.running_var.fill_(4)
    said = answer_to("A channel has the values 1, 3, 5 and 7").replace("−", "-")
    tested = norm.eval()(x).flatten().tolist()
    trained = norm.train()(x).flatten().tolist()
    for digits, values in ((2, trained), (1, tested)):
        *first, last = [f"{value:.{digits}f}" for value in values]
        assert f"{', '.join(first)} and {last}" in said


def test_parameters_of_a_block():
    block = Bottleneck(256, 128, stride=2)
    said = answer_to("How many parameters does `Bottleneck")
    for module in block.modules():
        if isinstance(module, nn.Conv2d):
            assert f"= {count(module):,}" in said
    norms = sum(count(module) for module in block.modules() if isinstance(module, nn.BatchNorm2d))
    assert f"= {norms:,}." in said and f"Together they are {count(block):,}." in said


def test_a_relu_before_the_addition_changes_values_alone():
    """By the mistake of the catalogue."""
    from tutorial_code.checks.catalogue import mistakes_of, wrong_version

    (mistake,) = [each for each in mistakes_of("Bottleneck") if each.id == "relu-before-addition"]
    right, wrong = Bottleneck(64, 64), wrong_version(mistake)(64, 64)
    wrong.load_state_dict(right.state_dict())
    x = torch.randn(2, 64, 8, 8)
    assert right(x).shape == wrong(x).shape and count(right) == count(wrong)
    assert not torch.allclose(right(x), wrong(x))
    assert "Only the values" in answer_to("applies the last ReLU")


def test_shapes_of_a_small_image():
    network, shapes = ResNet50(num_classes=10), []
    said = answer_to("160×160")
    for module in network.modules():
        if isinstance(module, (nn.MaxPool2d, nn.Sequential)):
            module.register_forward_hook(lambda _, __, out: shapes.append(tuple(out.shape[1:])))
    network.eval()(torch.zeros(1, 3, 160, 160))
    written = [tuple(map(int, shape)) for shape in re.findall(r"(\d+)×(\d+)×(\d+)", said)]
    assert len(written) == 5
    places = [shapes.index(shape) for shape in written]  # in this order on the way
    assert places == sorted(places) and written[-1] == shapes[-1]


def test_parameters_with_other_classes():
    said = answer_to("How many does it have with 37")
    assert "25,557,032" in next(q for q in QUESTIONS if "with 37" in q)
    assert count(ResNet50(num_classes=1000)) == 25_557_032
    assert f"That makes {count(ResNet50(num_classes=37)):,}." in said
    assert f"{count(nn.Linear(2048, 1000)):,}" in said and f"{count(nn.Linear(2048, 37)):,}" in said


def test_steps_and_losses_of_chapter_5():
    said = answer_to("a last one of 8 images")
    assert f"= {(32 * 0.5 + 8 * 1) / 40} per image" in said and f"is {(0.5 + 1) / 2}," in said
    weight = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    for _ in range(3):
        weight.grad = torch.ones(1)
        optimizer.step()
    assert f"= −{-weight.item():.3f}." in answer_to("momentum of 0.9")


def test_standard_errors_of_chapter_7():
    assert f"is {100 * math.sqrt(0.92 * 0.08 / 400):.2f} percentage" in answer_to("92% of 400")
    said, error = answer_to("On 40 images only the first"), math.sqrt(40 + 20) / 1000
    assert f"{100 * 20 / 1000:.1f} percentage points" in said
    assert f"over 1,000: {100 * error:.2f} points" in said
    assert f"{0.02 / error:.1f} errors" in said


def test_rates_layers_and_steps():
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)  # of a quarter epoch
    rates = []
    for _ in range(21):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        cosine.step()
    assert f"= {rates[10]:.3f} after 2.5 epochs, and {rates[20]:.2f} after 5" in answer_to("cosine")
    network = ResNet(Bottleneck, [2, 2, 2, 2])
    convolutions = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    projections = 4
    assert f"= {len(convolutions) + 1 - projections}." in answer_to("How many layers with weights")
    said = answer_to("Four processes train")
    assert f"= {4 * 0.04}," in said and f"{math.ceil(50_000 / 256)} steps" in said


def rows_of(heading):
    """Return the rows of the first table under a heading of the page, without its head."""
    _, _, text = PAGE.partition(f"### {heading}\n")
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


@pytest.mark.parametrize(
    ("heading", "minutes"), [("One lecture of 90 minutes", 90), ("A lab of three hours", 180)]
)
def test_a_schedule_fills_its_time(heading, minutes):
    assert sum(int(row[0]) for row in rows_of(heading)) == minutes


def test_a_lab_gives_each_exercise_the_time_that_it_takes():
    asked = [(int(row[0]), row[2].strip("`")) for row in rows_of("A lab of three hours") if row[2]]
    assert len(asked) == 3
    for minutes, id in asked:
        assert minutes >= find_exercise(id).minutes


def test_the_tables_have_every_chapter_and_exercise():
    needs, week, mistakes = teaching.needs(), teaching.week(), teaching.mistakes()
    for chapter in read_chapters():
        assert (
            chapter.needs
            and f"(chapters/{chapter.name}.md) | {minutes_of(chapter)[0]}&nbsp;min" in needs
        )
        assert len(teaching.goes_wrong(chapter)) >= 3, chapter.name
        assert f"chapters/{chapter.name}.md#what-goes-wrong" in teaching.named_mistakes()
    assert ".py)" not in needs and week.count("(chapters/") == sum(map(len, teaching.WEEK.values()))
    for exercise in EXERCISES:
        assert f"`{exercise.id}` {exercise.minutes}&nbsp;min" in needs
        assert f"| `{exercise.id}` | [" in mistakes
