"""The commands for checks."""

import json
import re
import shutil
from pathlib import Path

import pytest
from helpers import ANSWERS, RIGHT

from tutorial_code.checks.exercises import EXERCISES, find_exercise

LAYERS = ANSWERS / "layers" / "right" / "02_unfold_and_matmul.py"
WRONG = ANSWERS / "bottleneck" / "wrong" / "01_relu_before_add_only.py"


def test_the_path_from_nothing_to_the_first_steps(command, tmp_path):
    code, out, _ = command("check")
    assert code == 1 and "resnet50 exercises" in out
    command("exercises")
    code, out, _ = command("check")
    assert code == 1
    assert out.count("not started") == len(EXERCISES) and "open exercises/ch02" in " ".join(
        out.split()
    )
    shutil.copy(RIGHT, tmp_path / "exercises" / "ch03_bottleneck.py")
    shutil.copy(LAYERS, tmp_path / "exercises" / "ch02_layers.py")
    shutil.copy(
        ANSWERS / "testing" / "wrong" / "04_fraction.py", tmp_path / "exercises" / "ch06_testing.py"
    )
    code, out, _ = command("check")
    assert code == 1
    assert re.search(r"bottleneck +done", out) and re.search(r"resnet50 +not started", out)
    assert re.search(r"testing +wrong", out) and "ch04_resnet50.py" in out


def test_a_file_that_is_not_started_is_not_called_wrong(command):
    command("exercises")
    code, out, _ = command("check", "bottleneck")
    assert code == 1 and "not started" in out and "wrong" not in out
    assert json.loads(command("check", "bottleneck", "--json")[1])["state"] == "not started"


def test_after_a_success_it_says_what_comes_next(command):
    out = " ".join(command("check", "bottleneck", "--file", RIGHT)[1].split())
    assert "Next: " in out and "ch04_resnet50.py" in out
    for exercise, answer in (("testing", "02_no_grad_decorator"), ("resnet", "01_make_layer")):
        path = ANSWERS / exercise / "right" / f"{answer}.py"
        out = " ".join(command("check", exercise, "--file", path)[1].split())
        assert "uv run resnet50 train --mine" in out
        assert ("The next exercise is in chapter 10" in out) == (exercise == "testing")


def test_after_a_crash_only_what_was_seen_is_listed(command):
    crashes = ANSWERS / "bottleneck" / "wrong" / "72_no_kernel_size.py"
    out = " ".join(command("check", "bottleneck", "--file", crashes)[1].split())
    assert "more checks wait until it runs" in out and "✗ output" not in out
    assert "uv run resnet50 check bottleneck --hint" in out
    verdict = json.loads(command("check", "bottleneck", "--file", crashes, "--json")[1])
    assert [check["name"] for check in verdict["checks"] if check["seen"]] == ["Bottleneck: runs"]
    assert not any(check["passed"] for check in verdict["checks"])


def test_check_one_file(command):
    code, out, err = command("check", "bottleneck", "--file", RIGHT)
    assert code == 0 and "right" in out and not err
    code, out, err = command("check", "bottleneck", "--file", WRONG)
    assert (
        code == 1
        and "The last ReLU stands before the addition" in " ".join(out.split())
        and not err
    )
    assert "01_relu_before_add_only.py" in "".join(out.split())


def test_check_as_json_prints_one_object_and_nothing_else(command):
    code, out, err = command("check", "bottleneck", "--file", WRONG, "--json")
    verdict = json.loads(out)
    assert code == 1 and not err
    assert list(verdict) == ["exercise", "file", "passed", "state", "seconds", "mistake", "checks"]
    assert (
        verdict["exercise"] == "bottleneck"
        and verdict["file"] == str(WRONG)
        and verdict["passed"] is False
    )
    assert set(verdict["mistake"]) == {"id", "name", "explanation"}
    assert verdict["mistake"]["id"] == "relu-before-addition"
    assert all(set(check) == {"name", "passed", "message", "seen"} for check in verdict["checks"])
    assert any(not check["passed"] and check["message"] for check in verdict["checks"])
    code, out, _ = command("check", "bottleneck", "--file", RIGHT, "--json")
    assert code == 0 and json.loads(out)["mistake"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "attention"],
        ["check", "--json"],
        ["check", "bottleneck", "--file", "nowhere.py"],
        ["check", "bottleneck"],  # in a folder without exercises
        ["check", "--color"],
        ["grade", "bottleneck", "nowhere"],
        ["grade", "bottleneck", "."],
        ["grade", "bottleneck"],
        ["grade", "bottleneck", ".", "--jobs", "0"],
    ],
)
def test_wrong_use_is_refused_in_one_sentence(arguments, command):
    code, out, err = command(*arguments)
    assert code == 2 and not out
    assert err.count("\n") == 1 and err.startswith("resnet50: ")


def test_hints_come_one_after_the_other(command):
    hints = [command("check", "testing", "--hint")[1] for _ in range(4)]
    for number, hint in enumerate(find_exercise("testing").hints, start=1):
        assert " ".join(hints[number - 1].split()) == f"Hint {number} of 3: {hint}"
    again = "There are no more hints; this was the last. "
    assert " ".join(hints[3].split()) == again + " ".join(hints[2].split())
    assert command("check", "--hint")[1].startswith("Hint 1 of 3")


def test_grade_judges_every_file_of_a_folder(command, tmp_path):
    folder = tmp_path / "class"
    (folder / "late" / "__pycache__").mkdir(parents=True)
    shutil.copy(RIGHT, folder / "anna.py")
    shutil.copy(WRONG, folder / "late" / "ben.py")
    (folder / "cara.ipynb").write_text("no notebook", encoding="utf-8")
    (folder / "notes.txt").write_text("not judged", encoding="utf-8")
    shutil.copy(WRONG, folder / "late" / "__pycache__" / "x.py")
    code, out, _ = command("grade", "bottleneck", folder, "--json", "-", "--jobs", "2")
    verdicts = {Path(verdict["file"]).name: verdict for verdict in json.loads(out)}
    assert code == 1
    assert {name: verdict["passed"] for name, verdict in verdicts.items()} == {
        "anna.py": True,
        "ben.py": False,
        "cara.ipynb": False,
    }
    assert verdicts["ben.py"]["mistake"]["id"] == "relu-before-addition"
    (folder / "cara.ipynb").unlink()
    (folder / "late" / "ben.py").unlink()
    code, out, _ = command("grade", "bottleneck", folder, "--json", tmp_path / "out.json")
    assert code == 0 and "1 of 1 right" in out
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))[0]["passed"]


def test_a_file_that_defines_a_part_is_unfinished_in_check_and_in_grade(command, tmp_path):
    answer = ANSWERS / "layers" / "right" / "02_unfold_and_matmul.py"
    first, _, _ = answer.read_text(encoding="utf-8").partition("def batch_statistics(")
    path = tmp_path / "class" / "anna.py"
    path.parent.mkdir()
    path.write_text(f"from torch import Tensor\n{first}", encoding="utf-8")
    left = "Not written yet: batch_statistics, batch_norm."
    code, out, _ = command("check", "layers", "--file", path)
    assert code == 1 and "layers: unfinished" in out
    assert out.count(left) == 1 and "Right so far: conv2d." in out
    code, out, _ = command("grade", "layers", path.parent)
    assert code == 1 and "unfinished" in out and "wrong" not in out and "Not written yet" in out


@pytest.mark.parametrize("name", ["check", "exercises", "notebook", "grade", "autograder"])
def test_help(name, command):
    code, out, err = command(name, "--help")
    assert code == 0 and "Usage" in out and not err
