"""Whatever an answer does, there is a clear verdict, and neither the tool nor the next answer is harmed."""

import json
import os
import threading
import time
from pathlib import Path

import pytest

from tutorial_code.checks.exercises import find_exercise
from tutorial_code.checks.isolate import worker as workers
from tutorial_code.checks.isolate.worker import Worker, judge_file

HOSTILE = Path(__file__).parent / "answers" / "hostile"
BOTTLENECK = find_exercise("bottleneck")
RIGHT = Path(__file__).parent / "answers" / "bottleneck" / "right" / "01_torchvision_style.py"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workers, "TIME_LIMIT", 2.5)


REFUSED = {
    "01_loop_at_import": "no-result",
    "05_sys_exit_in_forward": "fails",
    "07_os_exit_in_forward": "no-result",
    "16_allocates_lists": None,
    "17_patches_torch_comparisons": "patches-torch",
    "24_fake_verdict": "no-result",
    "25_patches_module_call": "patches-torch",
    "27_replaces_checker": None,
    "28_atexit_prints": "differs",
    "30_tensor_subclass_equal": "differs",
    "32_replaces_observers": "differs",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_wrong_answer_never_passes(name):
    start = time.monotonic()
    verdict = judge_file(HOSTILE / f"{name}.py", BOTTLENECK)
    assert not verdict.passed
    assert REFUSED[name] in (None, verdict.mistake.id)
    assert verdict.mistake.name and verdict.mistake.explanation
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("name", ["08_prints_50_mb", "19_writes_files", "22_thread_never_ends", "31_kills_parent"])
def test_a_right_block_passes_whatever_else_its_file_does(name, tmp_path, capfd):
    verdict = judge_file(HOSTILE / f"{name}.py", BOTTLENECK)
    assert verdict.passed, verdict.mistake
    assert not list(tmp_path.iterdir())  # nothing was written here
    assert capfd.readouterr() == ("", "")  # and nothing printed


@pytest.mark.parametrize(
    ("content", "id", "words"),
    [
        (b"", "wrong-name", "defines no Bottleneck"),
        (b"class Botleneck: pass", "wrong-name", "Botleneck"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not-python", "not a text file"),
        (b"class Bottleneck(nn.Module)", "not-python", "not Python"),
        (b"import there_is_no_such_module", "fails-at-import", "there_is_no_such_module"),
    ],
)
def test_files_that_cannot_be_judged_say_why(content, id, words, tmp_path):
    path = tmp_path / "answer.py"
    path.write_bytes(content)
    verdict = judge_file(path, BOTTLENECK)
    assert not verdict.passed and verdict.mistake.id == id
    assert words in verdict.mistake.explanation


def test_a_missing_file_is_a_verdict_too(tmp_path):
    assert judge_file(tmp_path / "nothing.py", BOTTLENECK).mistake.id == "not-readable"


def test_an_answer_may_import_the_readers_other_files(tmp_path):
    (tmp_path / "mine.py").write_text(RIGHT.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "answer.py"
    path.write_text("from mine import Bottleneck\n", encoding="utf-8")
    assert judge_file(path, BOTTLENECK).passed


def test_a_notebook_is_judged_by_its_definitions(tmp_path):
    cells = [
        ["%matplotlib inline\n", "!pip install something\n", "import torch\n", "from torch import nn\n"],
        [RIGHT.read_text(encoding="utf-8")],
        ["raise RuntimeError('training goes here')"],
    ]
    notebook = {"cells": [{"cell_type": "code", "source": source} for source in cells]}
    path = tmp_path / "answer.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert judge_file(path, BOTTLENECK).passed
    path.write_text("{}", encoding="utf-8")
    assert judge_file(path, BOTTLENECK).mistake.id == "not-python"


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
        monkeypatch.setattr(Worker, "look_at", lambda self, source, path, forged=forged: (forged, ""))
        worker = Worker(BOTTLENECK)
        try:
            assert not judge_file(RIGHT, BOTTLENECK, worker).passed
        finally:
            worker.close()


def test_two_files_are_judged_at_the_same_time():
    verdicts = []
    threads = [threading.Thread(target=lambda: verdicts.append(judge_file(RIGHT, BOTTLENECK))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [verdict.passed for verdict in verdicts] == [True, True]


def _alive(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
