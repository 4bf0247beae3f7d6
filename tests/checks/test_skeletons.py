"""The files to work in, made from the chapters."""

import subprocess

import pytest
from helpers import ROOT

from tutorial_code.checks.catalogue import solution_source
from tutorial_code.checks.exercises import EXERCISES, find_exercise
from tutorial_code.checks.skeletons import skeleton


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
    assert path.read_text(encoding="utf-8") == skeleton(find_exercise("bottleneck"))
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


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_what_the_skeleton_imports_is_enough_for_the_solution(exercise):
    namespace = {}
    exec(exercise.imports, namespace)
    for name in exercise.names:
        exec(solution_source(name), namespace)
        assert name in namespace
