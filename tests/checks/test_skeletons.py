"""The files to work in, made from the chapters."""

import json
import re
import subprocess

import pytest
import typer
from helpers import ROOT

from tutorial_code.checks import assistant_rules
from tutorial_code.checks.catalogue import solution_source
from tutorial_code.checks.exercise_notebook import exercise_notebook
from tutorial_code.checks.exercises import EXERCISES, FOLDER, find_exercise
from tutorial_code.checks.skeletons import skeleton
from tutorial_code.checks.terminal import after
from tutorial_code.cli.app import app


def assert_in_step(file, expected):
    """Compare a file of the work tree or, where the reader has changed it, of the last commit."""
    text = (ROOT / file).read_text(encoding="utf-8")
    if text != expected:
        command = ["git", "show", f"HEAD:{file.as_posix()}"]
        text = subprocess.run(
            command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True
        ).stdout
    assert text == expected, "write them anew with: resnet50 exercises --force"


def assert_leaks_no_solution(text, exercise):
    for name in exercise.names:
        body = [
            line.strip()
            for line in solution_source(name).split('"""')[-1].splitlines()
            if len(line.strip()) > 20
        ]
        assert body
        assert not any(line in text for line in body)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_skeletons_are_in_step_with_the_chapters(exercise):
    assert_in_step(exercise.file, skeleton(exercise))


def test_the_rules_for_an_assistant_are_in_step_and_name_every_exercise():
    text = assistant_rules.rules()
    assert_in_step(FOLDER / assistant_rules.FILE, text)
    for exercise in EXERCISES:
        assert f"`{exercise.file.name}`" in text and exercise.reading in text
        assert f"`uv run resnet50 check {exercise.id} --hint`" in text
        assert_leaks_no_solution(text, exercise)
    assert "```" not in text and "def " not in text and "nn." not in text


def test_the_rules_for_an_assistant_name_commands_that_there_are():
    """Each command with the options and the exercise that it is given."""
    root = typer.main.get_command(app)
    given = re.findall(r"`uv run resnet50 ([^`]+)`", assistant_rules.rules())
    assert len(given) > 2 * len(EXERCISES)
    for words in map(str.split, given):
        options = {option for each in root.commands[words[0]].params for option in each.opts}
        for word in words[1:]:
            assert word in options | {each.id for each in EXERCISES} | {"EXERCISE"}, words


def test_rules_that_a_reader_has_changed_are_kept(command, tmp_path):
    path = tmp_path / "exercises" / assistant_rules.FILE
    assert command("exercises")[0] == 0
    assert path.read_text(encoding="utf-8") == assistant_rules.rules()
    path.write_text("my own rules", encoding="utf-8")
    code, out, _ = command("exercises")
    assert code == 0 and path.read_text(encoding="utf-8") == "my own rules"
    (line,) = [line for line in out.splitlines() if assistant_rules.FILE in line]
    assert "left alone" in line
    command("exercises", "--force")
    assert path.with_name(f"{path.name}.bak").read_text(encoding="utf-8") == "my own rules"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_skeletons_leak_no_solution(exercise):
    text = skeleton(exercise)
    assert_leaks_no_solution(text, exercise)
    assert text.count("raise NotImplementedError") >= len(exercise.names)
    assert "no_grad" not in text and "nn.Conv2d" not in text


def test_nothing_sends_a_reader_to_the_file_in_which_the_solution_stands(command):
    """Skeletons, the notebook and what the commands say name the chapter and not its file."""
    said = [*map(skeleton, EXERCISES), assistant_rules.rules()]
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
