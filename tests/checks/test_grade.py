"""The same answer gets the same verdict: alone, in a class, on a busy machine, whatever draws
random numbers.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import torch
from helpers import ANSWERS
from pipeline.chapter_notebooks import notebook

from tutorial_code.checks.catalogue import solution
from tutorial_code.checks.diagnose.reference import reference_record
from tutorial_code.checks.exercise_notebook import exercise_notebook
from tutorial_code.checks.exercises import (
    EXERCISES,
    NAMES,
    chapter_of,
    exercises_of,
    find_exercise,
)
from tutorial_code.checks.grade import grade_folder
from tutorial_code.checks.isolate import worker
from tutorial_code.checks.isolate.needed_statements import what_is_needed
from tutorial_code.checks.isolate.worker import judge_files
from tutorial_code.checks.observe import scenarios_of
from tutorial_code.checks.observe.facts import same
from tutorial_code.shared.chapters import EXERCISE
from tutorial_code.shared.stubs import make_stub

CHOSEN = {  # right answers in unusual styles, and wrong ones
    "layers": ["right/05_fourier", "right/01_loops_over_single_numbers", "wrong/01_f_conv2d"],
    "bottleneck": [
        "right/01_torchvision_style",
        "right/20_own_batchnorm_function",
        "wrong/01_relu_before_add_only",
    ],
    "resnet50": ["right/01_explicit_stages", "wrong/60_cached_stages"],
    "training": ["right/01_zero_grad_first", "right/17_closure", "wrong/22_zero_grad_missing"],
    "testing": ["right/10_numpy", "right/24_a_copy_of_the_model", "wrong/52_right_equals"],
}
ROUNDS = 5
CHAPTERS = list(dict.fromkeys(map(chapter_of, EXERCISES)))


@pytest.fixture
def busy():
    """Keep both cores busy while a test runs."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    yield
    for burner in burners:
        burner.kill()
        burner.wait()


def test_verdicts_do_not_depend_on_how_many_are_judged_at_once_nor_on_a_busy_machine(busy):
    answers = [
        (ANSWERS / exercise / f"{answer}.py", find_exercise(exercise))
        for exercise, chosen in CHOSEN.items()
        for answer in chosen
    ]
    right = [path.parent.name == "right" for path, _ in answers]
    seen = set()
    for _ in range(ROUNDS):
        for jobs in (1, 2, 8):
            verdicts = list(judge_files(answers, jobs))
            assert [verdict.passed for verdict in verdicts] == right
            seen.add(tuple(verdict.mistake.name if verdict.mistake else "" for verdict in verdicts))
    assert len(seen) == 1


def test_a_class_is_graded_with_the_default_of_two_at_once(tmp_path):
    for path in sorted((ANSWERS / "testing" / "right").glob("*.py")):
        shutil.copy(path, tmp_path)
    verdicts = grade_folder(find_exercise("testing"), tmp_path, jobs=2)
    assert [verdict.mistake for verdict in verdicts] == [None] * len(verdicts)


@pytest.mark.parametrize("suffix", [".ipynb", ".py"])
def test_one_file_may_hold_the_answers_to_all_exercises(suffix, tmp_path):
    """The later ones import from chapters that hold the solutions of the earlier ones."""
    path = tmp_path / "eva.ipynb"
    path.write_text(exercise_notebook(solved=True), encoding="utf-8")
    if suffix == ".py":
        cells = ["".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]]
        source = "\n".join(cell for cell in cells if re.search("^(def|class) ", cell, re.MULTILINE))
        assert source.count("\nfrom tutorial_code.ch12_machines import") == 2
        path = tmp_path / "eva.py"
        path.write_text(source, encoding="utf-8")
    verdicts = judge_files([(path, exercise) for exercise in EXERCISES], jobs=2)
    assert {each.exercise: each.mistake for each in verdicts} == {
        exercise.id: None for exercise in EXERCISES
    }


def filled_in(chapter):
    """Return the notebook of a chapter with the solution in the place of each stub."""
    cells = json.loads(notebook(chapter, None))["cells"]
    for cell in chapter.cells:
        if EXERCISE in cell.tags:
            stub = make_stub(cell.definition, cell.text).rstrip()
            (found,) = [each for each in cells if "".join(each["source"]) == stub]
            found["source"] = cell.text
    return json.dumps({"cells": cells})


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_the_notebook_of_a_chapter_is_judged_by_what_the_answer_needs(chapter, tmp_path):
    """It makes much besides, from what it computes and draws, which is not run."""
    path = tmp_path / f"eva_{chapter.name}.ipynb"
    path.write_text(filled_in(chapter), encoding="utf-8")
    verdicts = list(judge_files([(path, each) for each in exercises_of(chapter)], jobs=2))
    assert verdicts and [each.mistake for each in verdicts] == [None] * len(verdicts)


def test_what_an_answer_takes_from_another_cell_is_run():
    source = "import torch\nplain = make()\nrelu = torch.nn.ReLU()\nscale: float = 2 * half\n"
    source += "half = 0.5\nclass Bottleneck:\n    def forward(self, x): return relu(x) * scale\n"
    source += "Bottleneck.expansion = 4\ndef draw(x=plain): pass\n"
    left = what_is_needed(source, find_exercise("bottleneck"), in_notebook=True).split("\n")
    assert left == ["" if "plain" in line else line for line in source.split("\n")]
    assert what_is_needed(source, find_exercise("bottleneck")) == source


LATER = """import torch; from tutorial_code.ch12_machines import all_reduce_sum
from tutorial_code import ch10_family
from tutorial_code.ch02_layers import conv2d
import tutorial_code.ch07_results as results, math
from tutorial_code.ch08_learning import (
    accuracy,
)

@results.decorated
def used_later(): return all_reduce_sum

class Bottleneck(torch.nn.Module):
    width = helper()

alias = used_later
if __name__ == "__main__":
    width = all_reduce_sum
"""


def test_what_only_later_exercises_need_is_left_out_and_lines_keep_their_numbers():
    bottleneck = find_exercise("bottleneck")
    left = what_is_needed(LATER, bottleneck).split("\n")
    assert len(left) == LATER.count("\n") + 1
    kept = [line for line in left if line.strip()]
    assert kept == [line for line in LATER.split("\n") if line in kept and line.strip()]
    assert "all_reduce_sum" in left[0]  # beside something else
    assert not any("ch10" in line or "ch08" in line for line in left)
    assert "math" in left[3]  # one statement, which brings more than that
    assert "class Bottleneck(torch.nn.Module):" in left and "alias = used_later" not in left


def test_what_an_answer_needs_of_a_later_chapter_stays_and_is_seen():
    text = "from tutorial_code.ch04_resnet50 import made\n\n\ndef helper(): return made\n"
    text += "Bottleneck = helper()\n"
    assert what_is_needed(text, find_exercise("bottleneck")) == text
    broken = "from tutorial_code.ch04_resnet50 import made\nclass"
    assert what_is_needed(broken, find_exercise("bottleneck")) == broken


def test_a_large_class_is_not_begun_all_at_once(monkeypatch):
    """What was seen of an answer is kept until its verdict, so only a few wait for theirs."""
    begun = []
    monkeypatch.setattr(worker, "_look", lambda path, *_: begun.append(path))
    monkeypatch.setattr(worker, "_verdict", lambda path, *_: path)
    most = 0
    for done, path in enumerate(judge_files([(n, None) for n in range(100)], jobs=2)):
        assert path == done
        most = max(most, len(begun) - done)
    assert len(begun) == 100 and most <= worker.AHEAD * 2 + 1


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_is_the_same_whatever_random_numbers_others_draw(name, monkeypatch):
    """As if another thread drew from torch's random numbers between any two lines: a seed is not
    what is drawn from. Only processes of their own, which have one thread, may rely on it.
    """
    own, manual_seed = os.getpid(), torch.manual_seed
    monkeypatch.setattr(
        torch, "manual_seed", lambda seed: None if os.getpid() == own else manual_seed(seed)
    )
    for seed in (1, 2):
        torch.random.default_generator.manual_seed(seed)
        for expected, got in zip(
            reference_record(name), scenarios_of(name, solution(name)), strict=True
        ):
            assert same(got["facts"], expected["facts"]), expected["scenario"]
