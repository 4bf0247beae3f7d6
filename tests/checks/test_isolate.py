"""Whatever an answer does, there is a clear verdict, and neither the tool nor the next answer is
harmed.
"""

import json
import os
import time
from pathlib import Path

import pytest
from helpers import ANSWERS, RIGHT

from tutorial_code.checks import check
from tutorial_code.checks.catalogue import solution
from tutorial_code.checks.exercises import find_exercise
from tutorial_code.checks.isolate import channels, worker
from tutorial_code.checks.isolate.judge_process import the_judge
from tutorial_code.checks.isolate.notebooks import notebook_source
from tutorial_code.checks.isolate.worker import Worker, judge_file
from tutorial_code.checks.terminal import as_text

HOSTILE = ANSWERS / "hostile"
BOTTLENECK = find_exercise("bottleneck")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def impatient(monkeypatch):
    """Stop an answer that never ends after little time, also where others keep the cores busy."""
    monkeypatch.setattr(worker, "MIN_SECONDS", 1.5)
    monkeypatch.setattr(worker, "IDLE_LIMIT", 4.0)


def expected_of(path):
    """Return the id of the diagnosis that the first line of a file asks for, or ``right``."""
    first, _, _ = path.read_bytes().partition(b"\n")
    return first.decode().removeprefix("# EXPECT: ")


@pytest.mark.parametrize("path", sorted(HOSTILE.glob("*.py")), ids=lambda path: path.stem)
def test_every_hostile_answer_gets_the_verdict_of_its_block(path, request, tmp_path, capfd):
    """A right block passes whatever else its file does."""
    if expected_of(path) == "no-result":  # the others end by themselves, however slow the machine
        request.getfixturevalue("impatient")
    verdict = judge_file(path, BOTTLENECK)
    assert (verdict.mistake.id if verdict.mistake else "right") == expected_of(path)
    assert verdict.passed == (verdict.mistake is None)
    if not verdict.passed:
        assert verdict.mistake.name and verdict.mistake.explanation
    assert not list(tmp_path.iterdir())  # nothing was written here
    assert capfd.readouterr() == ("", "")  # and nothing printed
    assert judge_file(RIGHT, BOTTLENECK).passed  # and the next answer is judged as ever


@pytest.mark.parametrize(
    ("content", "id", "words"),
    [
        (b"", "wrong-name", "defines no Bottleneck"),
        (b"class Botleneck: pass", "wrong-name", "It defines: Botleneck."),
        (b"from torch import nn, Tensor", "wrong-name", "It defines: nothing."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not-python", "not a text file"),
        (b"class Bottleneck(nn.Module)", "not-python", "not Python"),
        (b"import there_is_no_such_module", "fails-at-import", "there_is_no_such_module"),
    ],
)
def test_files_that_cannot_be_judged_say_why(content, id, words, tmp_path):
    path = tmp_path / "answer.py"
    path.write_bytes(content)
    verdict = judge_file(path, BOTTLENECK)
    assert not verdict.passed and verdict.state == "wrong" and verdict.mistake.id == id
    assert words in as_text(verdict) and as_text(verdict).count(verdict.mistake.name) == 1


def test_a_missing_file_is_a_verdict_too(tmp_path):
    assert judge_file(tmp_path / "nothing.py", BOTTLENECK).mistake.id == "not-readable"


def test_an_answer_may_import_the_readers_other_files(tmp_path):
    (tmp_path / "mine.py").write_text(RIGHT.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "answer.py"
    path.write_text("from mine import Bottleneck\n", encoding="utf-8")
    assert judge_file(path, BOTTLENECK).passed


@pytest.mark.parametrize("place", ["", "exercises."])
def test_an_answer_imports_its_neighbors_and_nothing_that_the_tool_has_in_its_path(
    place, tmp_path, monkeypatch
):
    """As under pytest, which puts exercises/ of the project into its path, and after a run of one's
    own files.
    """
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ch03_bottleneck.py").write_text("Bottleneck = None\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "other")
    channels._zygote.close()
    folder = tmp_path / "exercises"
    folder.mkdir()
    (folder / "ch03_bottleneck.py").write_text(RIGHT.read_text(encoding="utf-8"), encoding="utf-8")
    path = folder / "answer.py"
    path.write_text(f"from {place}ch03_bottleneck import Bottleneck\n", encoding="utf-8")
    assert judge_file(path, BOTTLENECK).passed


def test_a_notebook_is_judged_by_its_definitions(tmp_path):
    cells = [
        [
            "%matplotlib inline\n",
            "!pip install something\n",
            "import torch\n",
            "from torch import nn\n",
        ],
        [RIGHT.read_text(encoding="utf-8")],
        ["raise RuntimeError('training goes here')"],
    ]
    notebook = {"cells": [{"cell_type": "code", "source": source} for source in cells]}
    path = tmp_path / "answer.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert judge_file(path, BOTTLENECK).passed
    path.write_text("{}", encoding="utf-8")
    assert judge_file(path, BOTTLENECK).mistake.id == "not-python"


@pytest.mark.parametrize(
    "tried",
    [
        "def half_of_an_idea(x:\n",
        "class Bottleneck(nn.Module:  # another version, given up\n",
        "for name in (1, 2)\n    print(name)\n",
        "def train_one_epoch(model:  # of another exercise\n",
        "def count():\n    nonlocal found\n    found = 1\n",  # parses, and does not compile
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_cell_that_is_not_python_does_not_spoil_the_others(tmp_path, tried, before):
    right = RIGHT.read_text(encoding="utf-8")
    path = tmp_path / "answer.ipynb"
    path.write_text(_notebook(tried, right) if before else _notebook(right, tried), "utf-8")
    verdict = judge_file(path, BOTTLENECK)
    assert verdict.passed, verdict.mistake


@pytest.mark.parametrize(
    "imported", ["import not_installed", "from not_installed.colab import drive as disk, files"]
)
def test_a_notebook_may_import_what_only_its_other_cells_need(tmp_path, imported):
    path = tmp_path / "answer.ipynb"
    others = "def plot():\n    return not_installed.plot(files)"
    path.write_text(_notebook(imported, RIGHT.read_text(encoding="utf-8"), others), "utf-8")
    verdict = judge_file(path, BOTTLENECK)
    assert verdict.passed, verdict.mistake


@pytest.mark.parametrize("before", ["%%time\n", "if True:\n    !pip install it\n", "nn.Conv2d??\n"])
def test_the_commands_of_a_notebook_are_left_out(tmp_path, before):
    path = tmp_path / "answer.ipynb"
    path.write_text(_notebook(before + RIGHT.read_text(encoding="utf-8")), "utf-8")
    verdict = judge_file(path, BOTTLENECK)
    assert verdict.passed, verdict.mistake


@pytest.mark.parametrize("before", ["", "%matplotlib inline\n"])
def test_a_line_that_begins_like_a_command_may_be_python(before):
    source = "rest = (\n    7\n    % 4\n    != 3\n)"
    assert notebook_source(_notebook(before + source)).strip() == source


def test_a_cell_that_the_answer_needs_has_to_be_python(tmp_path):
    right = RIGHT.read_text(encoding="utf-8")
    helper = "def doubled(x:\n    return 2 * x\n"
    assert "self.relu(" in right
    path = tmp_path / "answer.ipynb"
    path.write_text(_notebook(right.replace("self.relu(", "doubled(self.relu("), helper), "utf-8")
    for wrong in (path.read_text("utf-8"), _notebook(right.replace("nn.Module)", "nn.Module"))):
        path.write_text(wrong, "utf-8")
        mistake = judge_file(path, BOTTLENECK).mistake
        assert mistake.id == "not-python"
        assert "where it says: " in mistake.explanation, mistake


def _notebook(*sources):
    return json.dumps({"cells": [{"cell_type": "code", "source": [each]} for each in sources]})


def test_a_worker_leaves_nothing_behind():
    worker = Worker(BOTTLENECK)
    folder = Path(worker.folder)
    assert judge_file(RIGHT, BOTTLENECK, worker).passed
    assert not folder.exists()
    deadline = time.monotonic() + 5
    while _alive(worker.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(worker.pid)


def test_a_forged_report_does_not_pass(monkeypatch):
    """Even a report that an answer managed to write is held against the reference."""
    for forged in (
        {"records": {}, "problem": None},
        {"records": {"Bottleneck": []}, "problem": None},
        {"passed": True},
        [],
    ):
        monkeypatch.setattr(
            Worker, "look_at", lambda self, source, path, own, forged=forged: (forged, "")
        )
        worker = Worker(BOTTLENECK)
        try:
            assert not judge_file(RIGHT, BOTTLENECK, worker).passed
        finally:
            worker.close()


def answer_with(tmp_path, text):
    """Write a right answer with more text before it."""
    path = tmp_path / "answer.py"
    path.write_text(f"{text}\n{RIGHT.read_text(encoding='utf-8')}", encoding="utf-8")
    return path


def test_an_answer_is_limited_by_what_it_computes_and_not_by_the_time_that_passes(
    impatient, tmp_path
):
    """As on a busy machine: it waits for longer than it may compute, and is judged all the same."""
    assert judge_file(answer_with(tmp_path, "import time\ntime.sleep(2.5)"), BOTTLENECK).passed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("while True: pass", "a loop that never ends"),
        ("import time\ntime.sleep(600)", "for what it waits for"),
    ],
)
def test_an_answer_that_never_ends_is_stopped_and_told_why(text, words, impatient, tmp_path):
    verdict = judge_file(answer_with(tmp_path, text), BOTTLENECK)
    assert verdict.mistake.id == "no-result" and words in as_text(verdict)


def test_an_answer_may_call_check_in_its_file(tmp_path):
    path = answer_with(tmp_path, "from tutorial_code.checks import check")
    path.write_text(f"{path.read_text(encoding='utf-8')}\ncheck(Bottleneck)\n", encoding="utf-8")
    assert judge_file(path, BOTTLENECK).passed


def test_a_judge_that_was_ended_is_replaced():
    assert judge_file(RIGHT, BOTTLENECK).passed
    judge = the_judge.channel
    judge.write.write(b"this ends it\n")
    judge.write.flush()
    assert judge_file(RIGHT, BOTTLENECK).passed
    assert the_judge.channel is not judge


def test_a_zygote_that_was_ended_is_replaced():
    assert judge_file(RIGHT, BOTTLENECK).passed
    channels._zygote.process.kill()
    channels._zygote.process.wait()
    assert judge_file(RIGHT, BOTTLENECK).passed


def test_the_folder_in_which_the_first_answer_was_judged_may_be_removed(tmp_path, monkeypatch):
    """Only an answer with an optimizer needs PyTorch's compiler, which asks for the folder."""
    channels._zygote.close()
    (tmp_path / "first").mkdir()
    monkeypatch.chdir(tmp_path / "first")
    assert judge_file(RIGHT, BOTTLENECK).passed
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first").rmdir()
    right = ANSWERS / "testing" / "right"
    assert judge_file(sorted(right.glob("*.py"))[0], find_exercise("testing")).passed


@pytest.mark.parametrize("path", [RIGHT, HOSTILE / "28_atexit_prints.py"], ids=["right", "wrong"])
def test_where_the_system_cannot_fork_the_verdict_is_the_same(path, monkeypatch):
    monkeypatch.setattr(channels, "CAN_FORK", False)
    assert judge_file(path, BOTTLENECK).passed == (path is RIGHT)


BORROWED = sorted(HOSTILE.parent.glob("*/borrowed/*.py"))


@pytest.mark.parametrize("path", BORROWED, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_an_answer_that_takes_the_solution_is_told_so(path):
    verdict = judge_file(path, find_exercise(path.parts[-3]))
    assert not verdict.passed and verdict.mistake.id == "not-your-own"
    assert "Write it yourself" in verdict.mistake.explanation


@pytest.mark.parametrize(
    "line",
    [
        "from torchvision.models import resnet50",  # to compare with, and not used here
        "from tutorial_code.ch01_images import load_dataset",
    ],
)
def test_an_answer_may_import_what_it_takes_no_solution_from(line, tmp_path):
    assert judge_file(answer_with(tmp_path, line), BOTTLENECK).passed


def test_in_a_notebook_the_chapters_own_class_is_not_the_readers():
    (verdict,) = check(solution("Bottleneck"))
    assert not verdict.passed and verdict.mistake.id == "not-your-own"


def test_the_readers_own_block_stands_in_for_the_chapters(tmp_path):
    """Under another's block the network would have other parameters."""
    text = (HOSTILE.parent / "resnet50" / "right" / "01_explicit_stages.py").read_text(
        encoding="utf-8"
    )
    path = tmp_path / "ch04_resnet50.py"
    path.write_text(text, encoding="utf-8")
    wide = RIGHT.read_text(encoding="utf-8").replace(
        "self.bn3 = ", "self.more = nn.Linear(1, 1)\n        self.bn3 = "
    )
    asked = find_exercise("resnet50")
    assert judge_file(path, asked, own={"bottleneck": RIGHT.read_text(encoding="utf-8")}).passed
    verdict = judge_file(path, asked, own={"bottleneck": wide})
    assert not verdict.passed and "parameters" in verdict.mistake.explanation


def _alive(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
