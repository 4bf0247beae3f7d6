"""The files to work in, made from the chapters."""

import json
import subprocess

import pytest
from helpers import ROOT

from tutorial_code.checks.catalogue import solution_source
from tutorial_code.checks.exercise_notebook import exercise_notebook
from tutorial_code.checks.exercises import EXERCISES, find_exercise
from tutorial_code.checks.skeletons import skeleton
from tutorial_code.checks.terminal import after


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


def test_nothing_sends_a_reader_to_the_file_in_which_the_solution_stands(command):
    """Skeletons, the notebook and what the commands say name the chapter and not its file."""
    said = [skeleton(exercise) for exercise in EXERCISES]
    cells = json.loads(exercise_notebook(solved=False))["cells"]
    said += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    said.append(command("check")[1])
    command("exercises")
    said += [command("check")[1], command("check", EXERCISES[0].id)[1], after(EXERCISES[0])]
    assert not any("tutorial_code/" in text for text in said)
    for exercise in EXERCISES:
        assert sum(exercise.reading in " ".join(text.split()) for text in said) >= 2


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
