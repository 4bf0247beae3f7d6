"""``pytest exercises``."""

import os
import shutil
import subprocess
import sys

from helpers import ANSWERS, RIGHT, ROOT

from tutorial_code.checks.exercises import EXERCISES
from tutorial_code.checks.skeletons import skeleton


def test_pytest_on_exercises(tmp_path):
    """One right, one wrong, one of which a part is written, the others not started, in a folder of
    their own.
    """
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
    layers = ANSWERS / "layers" / "right" / "02_unfold_and_matmul.py"
    first, _, _ = layers.read_text(encoding="utf-8").partition("def batch_statistics(")
    (folder / "ch02_layers.py").write_text(first, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "exercises"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=200
    )
    assert done.returncode == 1
    assert f"2 failed, 1 passed, {len(EXERCISES) - 3} skipped" in done.stdout
    assert "ch02_layers.py: unfinished" in done.stdout
    assert "Not written yet: batch_statistics, batch_norm.\nRight so far: conv2d." in done.stdout
    assert "not started: open exercises/ch04_resnet50.py" in done.stdout
    assert "The accuracy is a fraction, not a percentage." in done.stdout
    assert (
        "Traceback" not in done.stdout
        and "def runtest" not in done.stdout
        and "judge_file" not in done.stdout
    )
