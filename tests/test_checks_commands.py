"""The commands around the checks, the files to work in, pytest on them, and notebooks."""

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from rich.console import Console

from tutorial_code import checks
from tutorial_code.checks import exercise_notebook as notebooks
from tutorial_code.checks import watch
from tutorial_code.checks.exercise_notebook import exercise_notebook, write_notebook
from tutorial_code.checks.exercises import EXERCISES, NAMES, find_exercise
from tutorial_code.checks.isolate.answers import run_source
from tutorial_code.checks.mistakes import solution_source
from tutorial_code.checks.skeletons import exercise_cells, skeleton, write_skeletons

ROOT = Path(__file__).parent.parent
ANSWERS = Path(__file__).parent / "answers"
RIGHT = ANSWERS / "bottleneck" / "right" / "01_torchvision_style.py"
WRONG = ANSWERS / "bottleneck" / "wrong" / "01_relu_before_add_only.py"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_skeletons_are_in_step_with_the_chapters(exercise):
    """In the work tree, or where the reader has written into it, in the last commit."""
    text = (ROOT / exercise.file).read_text(encoding="utf-8")
    if text != skeleton(exercise):
        command = ["git", "show", f"HEAD:{exercise.file.as_posix()}"]
        text = subprocess.run(
            command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True
        ).stdout
    assert text == skeleton(exercise), "write them anew with: resnet50 exercises --force"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_skeletons_leak_no_solution(exercise):
    text = skeleton(exercise)
    for name in exercise.names:
        body = [
            line.strip()
            for line in solution_source(name).split('"""')[-1].splitlines()
            if len(line.strip()) > 20
        ]
        assert body
        assert not any(line in text for line in body)
    assert text.count("raise NotImplementedError") >= len(exercise.names)
    assert "no_grad" not in text and "nn.Conv2d" not in text


def test_writing_exercises_keeps_what_the_reader_wrote(command, tmp_path):
    assert command("exercises")[0] == 0
    path = tmp_path / "exercises" / "ch03_bottleneck.py"
    assert path.read_text(encoding="utf-8") == skeleton(EXERCISES[0])
    path.write_text("mine", encoding="utf-8")
    code, out, _ = command("exercises")
    assert code == 0 and "left alone" in out and path.read_text(encoding="utf-8") == "mine"
    assert command("exercises", "--force")[0] == 0
    assert path.with_suffix(".py.bak").read_text(encoding="utf-8") == "mine"
    path.write_text("mine again", encoding="utf-8")
    command("exercises", "--force")
    assert {file.read_text(encoding="utf-8") for file in path.parent.glob("*.bak*")} == {
        "mine",
        "mine again",
    }


def test_the_path_from_nothing_to_the_first_steps(command, tmp_path):
    code, out, _ = command("check")
    assert code == 1 and "resnet50 exercises" in out
    command("exercises")
    code, out, _ = command("check")
    assert code == 1
    assert out.count("not started") == len(EXERCISES) and "open exercises/ch03" in " ".join(
        out.split()
    )
    shutil.copy(RIGHT, tmp_path / "exercises" / "ch03_bottleneck.py")
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
    assert "Next: read chapter 4" in out and "exercises/ch04_resnet50.py" in out
    last = ANSWERS / "testing" / "right" / "02_no_grad_decorator.py"
    assert "uv run resnet50 train --mine" in " ".join(
        command("check", "testing", "--file", last)[1].split()
    )


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
        ["check", "--colour"],
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
    assert hints[3] == hints[2]
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


def test_pytest_on_exercises(tmp_path):
    """One right, one wrong, two not started, in a folder of their own."""
    folder = tmp_path / "exercises"
    shutil.copytree(
        ROOT / "exercises",
        folder,
        ignore=shutil.ignore_patterns("__pycache__", "*.bak", ".hints.json"),
    )
    for exercise in EXERCISES:
        (folder / exercise.file.name).write_text(skeleton(exercise), encoding="utf-8")
    shutil.copy(RIGHT, folder / "ch03_bottleneck.py")
    shutil.copy(ANSWERS / "testing" / "wrong" / "04_fraction.py", folder / "ch06_testing.py")
    command = [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "exercises"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=200
    )
    assert done.returncode == 1
    assert f"1 failed, 1 passed, {len(EXERCISES) - 2} skipped" in done.stdout
    assert "not started: open exercises/ch04_resnet50.py" in done.stdout
    assert "The accuracy is a fraction, not a percentage." in done.stdout
    assert (
        "Traceback" not in done.stdout
        and "def runtest" not in done.stdout
        and "judge_file" not in done.stdout
    )


def test_watch_judges_whatever_is_saved_at_every_save(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    bottleneck = tmp_path / "exercises" / "ch03_bottleneck.py"
    testing = tmp_path / "exercises" / "ch06_testing.py"
    write_skeletons(bottleneck.parent)
    command = [sys.executable, "-m", "tutorial_code", "check", "--watch"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, env=environment, encoding="utf-8", bufsize=1
    )
    lines = queue.Queue()
    reader = threading.Thread(
        target=lambda: [lines.put(line) for line in process.stdout], daemon=True
    )
    reader.start()
    try:
        assert "Watching" in lines.get(timeout=60)
        _save(WRONG, bottleneck, lines, "The last ReLU stands before the addition")
        _save(RIGHT, bottleneck, lines, "bottleneck: right")
        _save(
            ANSWERS / "testing" / "wrong" / "04_fraction.py",
            testing,
            lines,
            "The accuracy is a fraction",
        )
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()


def _save(answer, path, lines, words):
    """Save an answer once, and read its verdict."""
    shutil.copy(answer, path)
    text = ""
    while words not in " ".join(text.split()):
        text += lines.get(timeout=60)


def test_watch_of_one_file_begins_with_its_verdict_and_misses_no_save(tmp_path, monkeypatch):
    events = []
    path = Path(shutil.copy(RIGHT, tmp_path / "answer.py"))

    def watch_files(*folders, **options):
        events.append("watching")
        yield {("modified", str(path))}  # saved before the first verdict is there

    monkeypatch.setattr(watch, "watch", watch_files)
    monkeypatch.setattr(
        watch, "print_verdict", lambda console, verdict: events.append(verdict.passed)
    )
    watch.watch_answers({path: EXERCISES[0]}, Console(width=200))
    assert events == ["watching", True, True]


def test_check_in_a_notebook():
    defined = run_source(
        "import torch\nfrom torch import nn, Tensor\n" + solution_source("Bottleneck"), "cell"
    )
    defined |= run_source(
        "import torch\nfrom torch import nn\n" + solution_source("make_criterion"), "cell"
    )
    shown = checks.check(defined["Bottleneck"], defined["make_criterion"])
    assert repr(shown).count(": right") == 2 and shown._repr_html_().count("<table") == 2

    class Bottleneck(defined["Bottleneck"]):
        def forward(self, x):
            return super().forward(x) * 2

    shown = checks.check(Bottleneck)
    assert "wrong" in repr(shown) and "#b42318" in shown._repr_html_()
    assert "No exercise asks for int" in repr(checks.check(3))


def test_in_a_notebook_a_hole_is_not_called_wrong():
    """There no line of a file shows it."""
    cell = "def make_criterion():\n    raise NotImplementedError\n\nshown = check(make_criterion)"
    namespace = {"check": checks.check}
    exec(cell, namespace)
    text = repr(namespace["shown"])
    assert (
        text.startswith("make_criterion: not started")
        and "make_criterion is not written yet" in text
    )


def test_in_a_notebook_a_lambda_is_known_by_the_name_it_was_given():
    cell = (
        "from torch import nn\nmake_criterion = lambda: nn.CrossEntropyLoss()\nshown = "
        "check(make_criterion)"
    )
    namespace = {"check": checks.check}
    exec(cell, namespace)
    assert repr(namespace["shown"]).startswith("make_criterion: right")


def test_the_notebook_to_work_in_holds_holes_and_checks():
    notebook = json.loads(exercise_notebook(solved=False))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for exercise in EXERCISES:
        assert f"check({', '.join(exercise.names)})" in code
        for cell in exercise_cells(exercise):
            assert any(cell.strip() in source for source in code)
    assert sum("raise NotImplementedError" in source for source in code[1:]) == len(NAMES)
    assert not any("import Bottleneck" in source for source in code[1:])  # the reader's own is used


def test_the_first_cell_brings_the_tutorial_where_it_is_not_installed(tmp_path):
    """As in Colab: the installed one is hidden, and what the cell unpacks is used."""
    set_up = "".join(json.loads(exercise_notebook(solved=False))["cells"][1]["source"])
    hide = (
        "import importlib.util as util\nfind = util.find_spec\nutil.find_spec = lambda name, "
        "*rest: None if name == 'tutorial_code' else find(name, *rest)\n"
    )
    use = (
        "\nimport pathlib, tutorial_code\nassert "
        "pathlib.Path(tutorial_code.__file__).parent.parent == pathlib.Path.cwd(), "
        "tutorial_code.__file__\nprint(check(Bottleneck))\n"
    )
    use = "\nfrom torch import Tensor\n" + solution_source("Bottleneck") + use
    (tmp_path / "cell.py").write_text(hide + set_up + use, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "cell.py"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert "Bottleneck: right" in done.stdout


def test_the_solved_notebook_is_executed_and_right(tmp_path, images_folder, monkeypatch):
    """On a few images, so that it takes seconds."""
    monkeypatch.setattr(
        notebooks,
        "TRAINING",
        notebooks.TRAINING.replace('"digits"', repr(f"folder:{images_folder}")),
    )
    write_notebook(tmp_path / "solved.ipynb", solved=True, epochs=1)
    notebook = json.loads((tmp_path / "solved.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert not any(output["output_type"] == "error" for output in outputs)
    text = "".join("".join(output.get("text", "")) for output in outputs)
    assert "epoch 1: training loss" in text and re.search(r"test accuracy  \d+\.\d\d%", text)
    tables = [
        "".join(output["data"].get("text/html", "")) for output in outputs if "data" in output
    ]
    assert sum("right" in table for table in tables) == len(EXERCISES) and not any(
        "wrong" in table for table in tables
    )


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_what_the_skeleton_imports_is_enough_for_the_solution(exercise):
    namespace = {}
    exec(exercise.imports, namespace)
    for name in exercise.names:
        exec(solution_source(name), namespace)
        assert name in namespace


@pytest.mark.parametrize("name", ["check", "exercises", "notebook", "grade"])
def test_help(name, command):
    code, out, err = command(name, "--help")
    assert code == 0 and "Usage" in out and not err
