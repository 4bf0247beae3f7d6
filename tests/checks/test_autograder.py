"""The archives for Gradescope and Classroom 50, run in folders laid out as documented there."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from helpers import ANSWERS, RIGHT, read, refused

from tutorial_code.checks.autograder.points import POINTS
from tutorial_code.checks.autograder.wheel import make_wheel

WRONG = ANSWERS / "bottleneck" / "wrong" / "01_relu_before_add_only.py"
TESTING = ANSWERS / "testing" / "right" / "10_numpy.py"
HOSTILE = ANSWERS / "hostile"


class Gradescope:
    """``/autograder``, below another root: source, submission and results."""

    def __init__(self, archive, root):
        self.root = root
        for name in ("source", "submission", "results"):
            (root / name).mkdir(parents=True)
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(root / "source")
        # In place of setup.sh: what is installed here serves, and the tutorial itself is the
        # archive's own.
        (wheel,) = (root / "source").glob("*.whl")
        with zipfile.ZipFile(wheel) as zipped:
            zipped.extractall(root / "environment")
        shutil.copy(root / "source" / "run_autograder", root / "run_autograder")

    def grade(self, *files, python=sys.executable):
        """Hand in files, a list of (source, name); return the results that the service reads."""
        shutil.rmtree(self.root / "submission")
        (self.root / "submission").mkdir()
        for source, name in files:
            shutil.copy(source, self.root / "submission" / name)
        environment = {
            **os.environ,
            "AUTOGRADER_ROOT": str(self.root),
            "AUTOGRADER_PYTHON": python,
            "PYTHONPATH": str(self.root / "environment"),
        }
        done = subprocess.run(
            ["bash", self.root / "run_autograder"],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=500,
        )
        self.printed = done.stdout
        results = read(self.root / "results" / "results.json")
        assert set(results) <= GRADESCOPE_FIELDS and isinstance(results["score"], int)
        for test in results["tests"]:
            assert set(test) <= GRADESCOPE_TEST_FIELDS
            assert 0 <= test["score"] <= test["max_score"] and test["output_format"] == "text"
        return results


# https://gradescope-autograders.readthedocs.io/en/latest/specs/
GRADESCOPE_FIELDS = {
    *("score", "execution_time", "output", "output_format", "test_output_format"),
    *("test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"),
}
GRADESCOPE_TEST_FIELDS = {
    *("score", "max_score", "status", "name", "name_format", "number", "output"),
    *("output_format", "tags", "visibility", "extra_data"),
}


@pytest.fixture
def archive(command, tmp_path):
    def write(*options):
        path = tmp_path / "made.zip"
        code, out, err = command("autograder", "-o", path, "--force", *options)
        assert code == 0 and not err and "points" in out
        return path

    return write


def worth(results):
    return sum(test["max_score"] for test in results["tests"])


def test_gradescope_grades_what_is_right_wrong_missing_and_two_exercises(archive, tmp_path):
    path = archive("--exercise", "bottleneck", "--exercise", "testing")
    with zipfile.ZipFile(path) as zipped:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in zipped.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    service = Gradescope(path, tmp_path / "autograder")

    results = service.grade((RIGHT, "block.py"), (TESTING, "ch06_testing.py"))
    assert results["score"] == worth(results) == 2 * POINTS and results["output"] == "All is right."

    results = service.grade((WRONG, "Bottleneck.py"))
    assert worth(results) == 2 * POINTS and 0 < results["score"] < POINTS
    assert "The last ReLU stands before the addition" in results["output"]
    assert "testing: no file of this submission defines evaluate." in results["output"]
    assert any(test["status"] == "failed" and test["output"] for test in results["tests"])

    results = service.grade()
    assert results["score"] == 0 and worth(results) == 2 * POINTS


def test_gradescope_all_or_nothing_with_hidden_hints(archive, tmp_path):
    path = archive("--exercise", "bottleneck", "--points", "all", "--hints", "hidden")
    service = Gradescope(path, tmp_path / "autograder")
    results = service.grade((WRONG, "a.py"))
    assert results["score"] == 0 and len(results["tests"]) == 1
    assert "ReLU" not in json.dumps(results) and "ReLU" in service.printed
    assert service.grade((WRONG, "a.py"), (RIGHT, "b.py"))["score"] == POINTS


@pytest.mark.parametrize(
    "name",
    [
        "06_os_exit_at_import.py",
        "09_raises_at_import.py",
        "10_wrong_name.py",
        "12_not_python.py",
        "13_binary_garbage.py",
        "01_loop_at_import.py",  # stopped after ten seconds of computing
    ],
)
def test_gradescope_has_a_result_of_a_hostile_submission(name, archive, tmp_path):
    service = Gradescope(archive("--exercise", "bottleneck"), tmp_path / "autograder")
    results = service.grade((HOSTILE / name, name))
    assert results["score"] < POINTS and results["output"]


def test_gradescope_has_a_result_when_the_grading_itself_fails(archive, tmp_path):
    service = Gradescope(archive("--exercise", "bottleneck"), tmp_path / "autograder")
    results = service.grade((RIGHT, "a.py"), python="/bin/false")
    assert results["score"] == 0 and "The grading failed" in results["output"]
    (service.root / "source" / "settings.json").write_text("{", encoding="utf-8")
    assert "The grading failed" in service.grade((RIGHT, "a.py"))["output"]


def test_files_of_a_submission_never_stand_in_for_the_tutorial(archive, tmp_path):
    service = Gradescope(archive("--exercise", "bottleneck"), tmp_path / "autograder")
    fake = tmp_path / "tutorial_code.py"
    fake.write_text("raise SystemExit('mine')", encoding="utf-8")
    assert service.grade((RIGHT, "a.py"), (fake, "tutorial_code.py"))["score"] == POINTS


RUNNER = {  # https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
    "CLASSROOM": "vision",
    "ASSIGNMENT": "bottleneck",
    "SUBMISSION_TAG": "submit/2026-11-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/o/r/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/o/r/releases/tag/submit%2Fa",
}


@pytest.mark.parametrize(("answer", "passed"), [(RIGHT, True), (WRONG, False), (None, False)])
def test_classroom50_reads_a_result_from_the_checkout(answer, passed, archive, tmp_path):
    bundle, checkout = tmp_path / "bundle", tmp_path / "checkout"
    checkout.mkdir()
    with zipfile.ZipFile(archive("--for", "classroom50", "--exercise", "bottleneck")) as zipped:
        zipped.extractall(bundle)
    if answer:
        shutil.copy(answer, checkout / "bottleneck.py")
    environment = {**os.environ, **RUNNER, "RESNET50_PYTHON": sys.executable}
    command = [sys.executable, bundle / "autograder.py"]
    done = subprocess.run(command, cwd=checkout, env=environment, timeout=500)
    assert done.returncode == 0
    result = read(checkout / "result.json")
    assert result["schema"] == "classroom50/result/v1" and result["assignment"] == "bottleneck"
    for field, sums in (("score", "score"), ("max-score", "max-score")):
        assert result[field] == sum(test[sums] for test in result["tests"])
        assert isinstance(result[field], int)
    assert result["max-score"] == POINTS and (result["score"] == POINTS) == passed
    assert {"test-name", "passed", "score", "max-score"} <= set(result["tests"][0])


def test_classroom50_without_its_runner_is_an_error_of_the_infrastructure(archive, tmp_path):
    with zipfile.ZipFile(archive("--for", "classroom50", "--exercise", "bottleneck")) as zipped:
        zipped.extractall(tmp_path / "bundle")
    environment = {**os.environ, "RESNET50_PYTHON": sys.executable}
    done = subprocess.run(
        [sys.executable, tmp_path / "bundle" / "autograder.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "CLASSROOM is not set" in done.stderr
    assert not (tmp_path / "result.json").exists()


def test_the_wheel_is_one_that_installers_take(tmp_path):
    name, content = make_wheel()
    (tmp_path / name).write_bytes(content)
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv, "uv runs this suite: python -m pip install uv"
    command = [uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--python"]
    command += [sys.executable, "--target", tmp_path / "there", tmp_path / name]
    subprocess.run(command, check=True)
    package = tmp_path / "there" / "tutorial_code"
    assert (package / "recorded" / "speed-cpu" / "rows.jsonl").is_file()
    assert (package / "checks" / "autograder" / "archive" / "run_autograder").is_file()
    assert not list(package.rglob("__pycache__/*.cpython-3[0-9].opt*"))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--for", "moodle"], "gradescope or classroom50"),
        (["--points", "some"], "checks or all"),
        (["--hints", "no"], "shown or hidden"),
        (["--exercise", "attention"], "bottleneck"),
    ],
)
def test_wrong_use_is_refused_in_one_sentence(arguments, word, command):
    refused(command("autograder", *arguments), word)
    assert not Path("autograder.zip").exists()
