"""Answers are judged at every save."""

import os
import queue
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from helpers import ANSWERS, RIGHT, ROOT
from rich.console import Console

from tutorial_code.checks import watch
from tutorial_code.checks.exercises import find_exercise
from tutorial_code.checks.skeletons import write_skeletons

WRONG = ANSWERS / "bottleneck" / "wrong" / "01_relu_before_add_only.py"


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
    watch.watch_answers({path: find_exercise("bottleneck")}, Console(width=200))
    assert events == ["watching", True, True]
