"""Each chapter runs from top to bottom as a script, and its cells are what the site and the
notebooks expect.
"""

import ast
import os
import re
import runpy
import shlex
import subprocess
import sys
from itertools import pairwise

import pytest
import typer
from helpers import ROOT

from tutorial_code.cli.app import app
from tutorial_code.shared.chapters import read_chapters
from tutorial_code.shared.tables import recorded_run

CHAPTERS = read_chapters()
SECTION = re.compile(r"^# ## (.+)$", re.MULTILINE)
ENDINGS = ["What goes wrong", "In three sentences", "Three questions", "Read on"]
EXPECTED = {
    "ch01_images": ["training images (1437, 3, 32, 32)", "a last one of 29"],
    "ch02_layers": [
        "equal to F.conv2d: True",
        "(1, 1, 112, 112)",
        "equal to a matrix product: True",
        "running variance 1.3571",
    ],
    "ch03_bottleneck": ["75,008", "70,400", "block(x) equals relu(x): True"],
    "ch04_resnet50": [
        "23,528,522",
        "25,557,032",
        "4.09 billion",
        "difference of the logits: 0.0\n",  # the home page says "to the last digit"
    ],
    "ch05_training": [
        "equal to PyTorch's: True",
        "first loss 2.",
        "after another, not zeroed between: 2.0",
        "exactly zero for 112 of 161 tensors",
    ],
    "ch06_testing": [
        "eval   off       yes             yes         no",
        "autograd False  kept of 64 digits    0.0 MB",
        "the same again: True",
    ],
    "ch07_results": [
        "training loss per epoch:",
        "test accuracy",
        "calibration error 10.0 points",
        "equal: True",
        "seed 0, two",
    ],
    "ch08_learning": [],
    "ch09_speed": ["256 + 1 = 256", "goes on after step 40", "every number equal: True"],
    "ch11_depth": ["equal: True", "269,722    269,722", "stage (2, 64, 8, 8)"],
    "ch10_family": ["16.9 times as many", "3.645 billion", "the same: True"],
}


@pytest.mark.parametrize("name", [chapter.name for chapter in CHAPTERS])
def test_chapter_runs_as_a_script(name, tmp_path, monkeypatch, capfd):
    """From top to bottom, in this process: a new one would spend half of most chapters' time on its
    imports.
    """
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(ROOT / "tutorial_code" / f"{name}.py"), run_name="__main__")
    printed, complaints = capfd.readouterr()
    assert complaints == ""
    for words in EXPECTED.get(name, []):
        assert words in printed
    figures = {path.name for path in (tmp_path / "figures").glob("*.svg")}
    assert figures == {
        f"{word[len('[figures') + 1 : -1]}"
        for word in printed.replace("\\", "/").split()
        if word.startswith("[figures/")
    }


def test_a_chapter_runs_as_a_module_in_a_process_of_its_own(tmp_path):
    command = [sys.executable, "-W", "error", "-m", "tutorial_code.ch01_images"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=400
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_chapter_is_in_percent_format_with_its_sections(chapter):
    text = chapter.text
    assert text.startswith("# %% [markdown]\n# # ")
    for section in ("**By the end of this chapter you will have**", "**You need**", "*Predict"):
        assert section in text
    assert [heading for heading in SECTION.findall(text) if heading in ENDINGS] == ENDINGS
    assert chapter.question.endswith("?")
    assert text.count("\n# *Question:*") == text.count("\n# *Answer:*")
    assert text.partition("## Three questions")[2].count("\n# *Question:*") == 3
    last = text.partition("## In three sentences")[2].partition("## Three questions")[0]
    assert len(re.findall(r"^# - ", last, re.MULTILINE)) == 3
    assert chapter.title.startswith(f"{chapter.number}. ") and chapter.gives


@pytest.mark.parametrize("chapter", CHAPTERS[1:], ids=lambda chapter: chapter.name)
def test_a_chapter_has_something_to_do_that_is_checked_or_can_be(chapter):
    """An exercise, or tasks of which the reader can tell whether the result is right."""
    _, _, after = chapter.text.partition("\n# ## Try it yourself\n")
    assert bool(after) != bool(chapter.tasks)
    if after:
        tasks, _, _ = after.partition("\n# ## What goes wrong\n")
        many = len(re.findall(r"^# \*\*[A-Z]", tasks, re.MULTILINE))
        assert many >= 2 and "## " not in tasks
        words = " ".join(tasks.split("\n# "))
        assert words.count("*Question:*") == many <= words.count("You are right")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_commands_in_the_prose_are_understood(chapter):
    """Not run: only read, as the command line reads them."""
    prose = "\n".join(cell.text for cell in chapter.cells if cell.prose)
    prose = re.sub(r" \\\n +", " ", prose)  # a command may go on in the next line
    group = typer.main.get_command(app)
    for line in re.findall(r"^    uv run resnet50 (.+)$", prose, re.MULTILINE):
        context = group.make_context("resnet50", shlex.split(line))
        _, command, rest = group.resolve_command(context, shlex.split(line))
        assert command.make_context(command.name, rest, parent=context).params


def test_every_chapter_leads_to_the_next():
    for chapter, following in pairwise(CHAPTERS):
        assert following.number == chapter.number + 1
        link = f"Next: [chapter {following.number}]({following.path.name})"
        assert link in chapter.cells[-1].text, chapter.name


@pytest.mark.parametrize("name", ["ch03_bottleneck", "ch04_resnet50", "ch05_training"])
def test_a_chapter_of_an_exercise_shows_the_curves_of_its_mistakes(name):
    """Of those that train without an error: in the section that tells of them."""
    [chapter] = [each for each in CHAPTERS if each.name == name]
    _, _, after = chapter.text.partition("\n# ## What goes wrong\n")
    section, _, _ = after.partition("\n# ## In three sentences\n")
    drawn = re.findall(r'^        "([\w-]+)": "', section, re.MULTILINE)
    recorded = {row["id"] for row in recorded_run("mistakes-cpu").rows("steps.jsonl")}
    assert len(drawn) >= 2 and set(drawn) <= recorded
    assert "mistake_curves.show_mistakes(" in section


PACKAGES = {"tutorial_code", "tutorial_code.shared", "tutorial_code.data"}
# What a reader may see, too.
SHARED = {
    "shared.in_processes",
    "shared.initialization",
    "shared.mistake_curves",
    "shared.plots",
    "shared.tables",
    "data.data_sets",
    "data.device_loader",
}


def forbidden_imports(source, chapter):
    """Return the modules of the tutorial that a chapter may not import: later chapters, and the
    machinery.
    """
    modules = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module in PACKAGES:
            modules += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules.append(node.module or "." * node.level)
    own = [
        module.partition(".")[2]
        for module in modules
        if module.partition(".")[0] in ("tutorial_code", "")
    ]
    earlier = {each.name for each in CHAPTERS if each.name < chapter}
    return [module for module in own if module not in earlier | SHARED]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_imports_never_go_to_later_chapters_or_to_the_machinery(chapter):
    assert forbidden_imports(chapter.text, chapter.name) == []


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("from tutorial_code.ch05_training import make_optimizer", "ch05_training"),
        ("from tutorial_code import ch04_resnet50", "ch04_resnet50"),
        ("import tutorial_code.runs.training_setup", "runs.training_setup"),
        ("from tutorial_code.shared import notebook_json", "shared.notebook_json"),
        ("def f():\n    from tutorial_code.checks.catalogue import solution", "checks.catalogue"),
    ],
)
def test_an_import_that_a_chapter_must_not_have_is_found(line, module):
    assert forbidden_imports(
        f"from tutorial_code.ch03_bottleneck import Bottleneck\n{line}\n", "ch04_resnet50"
    ) == [module]
