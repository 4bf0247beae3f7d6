"""The same answer gets the same verdict: alone, in a class, on a busy machine, whatever draws
random numbers.
"""

import os
import shutil
import subprocess
import sys

import pytest
import torch
from helpers import ANSWERS

from tutorial_code.checks.catalogue import solution
from tutorial_code.checks.diagnose.reference import reference_record
from tutorial_code.checks.exercises import NAMES, find_exercise
from tutorial_code.checks.grade import grade_folder
from tutorial_code.checks.isolate import worker
from tutorial_code.checks.isolate.worker import judge_files
from tutorial_code.checks.observe import scenarios_of
from tutorial_code.checks.observe.facts import same

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
