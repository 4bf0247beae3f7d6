"""A chapter may set several exercises, the later ones built from the earlier ones: a copy of the
tutorial gets such a chapter, with nothing but its file and a folder for each exercise.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tutorial_code

CHAPTER = '''# %% [markdown]
# # 98. Pairs
#
# ## The exercise

# %%
from torch import Tensor, nn

KERNEL = 3


# %% tags=["exercise"]
class Half(nn.Module):
    """A convolution with BatchNorm and ReLU."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, channels, KERNEL, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, in_channels, h, w) to (batch, channels, h, w)."""
        return self.bn(self.conv(x)).relu()


# %% [markdown]
# Write `Pair`. Two halves, one after the other.

# %% tags=["exercise"]
class Pair(nn.Module):
    """Two halves."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.first = Half(in_channels, channels)
        self.second = Half(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, in_channels, h, w) to (batch, channels, h, w)."""
        return self.second(self.first(x))


# %%
def make_pair() -> Pair:
    return Pair(4, 4)
'''
EXERCISE = """title = "{name}"
minutes = 5
hints = ["One.", "Two.", "Three."]

[{name}]
kind = "network"

[[{name}.look]]
how = "values"
call = "{name}(4, 8)"
input = [3, 4, 5, 5]

[[{name}.look]]
how = "independence"
call = "{name}(4, 8)"
input = [3, 4, 5, 5]
"""
MISTAKES = {
    "Half": """[[mistake]]
id = "no-relu"
name = "The ReLU is missing."
explanation = "Without it two layers act as one."
seen = "It trains worse."
[[mistake.edit]]
right = "return self.bn(self.conv(x)).relu()"
wrong = "return self.bn(self.conv(x))"
""",
    "Pair": """[[mistake]]
id = "second-half-not-used"
name = "The first half is used, and the second is not."
explanation = "Call both."
seen = "Half of the weights never move."
[[mistake.edit]]
right = "return self.second(self.first(x))"
wrong = "return self.first(x)"
""",
}
HALF = """import torch
from torch import nn


class Half(nn.Sequential):
    def __init__(self, in_channels, channels):
        conv = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        super().__init__(conv, nn.BatchNorm2d(channels), nn.ReLU())
"""
PAIR = """from torch import nn
from tutorial_code.ch98_pairs import Half


class Pair(nn.Sequential):
    def __init__(self, in_channels, channels):
        super().__init__(Half(in_channels, channels), Half(channels, channels))
"""
FIRST_HALF_ONLY = (
    PAIR
    + """
    def forward(self, x):
        return self[0](x)
"""
)


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory):
    """The folder of a copy with the chapter in it, and with the files to work in."""
    folder = tmp_path_factory.mktemp("tutorial")
    package = folder / "tutorial_code"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(tutorial_code.__file__).parent, package, ignore=ignored)
    (package / "ch98_pairs.py").write_text(CHAPTER, encoding="utf-8")
    for name, mistakes in MISTAKES.items():
        place = package / "checks" / "exercises" / name.lower()
        place.mkdir()
        text = EXERCISE.format(name=name)
        (place / "exercise.toml").write_text(text, encoding="utf-8")
        (place / f"{name}.toml").write_text(mistakes, encoding="utf-8")
    assert run(folder, "exercises")[0] == 0
    return folder


def run(folder, *arguments):
    """Run `resnet50 ARGUMENTS...` of a copy; return its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tutorial_code", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    return done.returncode, done.stdout


def check(folder, exercise, text):
    """Judge a text as the answer to an exercise; return the id of its mistake, or nothing."""
    path = folder / "exercises" / f"ch98_{exercise}.py"
    before = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    try:
        verdict = json.loads(run(folder, "check", exercise, "--json")[1])
    finally:
        path.write_text(before, encoding="utf-8")
    assert verdict["passed"] == (verdict["mistake"] is None)
    return verdict["mistake"] and verdict["mistake"]["id"]


def test_each_has_a_file_and_the_second_imports_the_first_from_the_chapter(tutorial):
    first, second = (
        (tutorial / "exercises" / f"ch98_{name}.py").read_text(encoding="utf-8")
        for name in ("half", "pair")
    )
    assert "class Half(nn.Module)" in first and "class Pair" not in first
    assert "from tutorial_code.ch98_pairs import KERNEL\n" in first
    assert "class Pair(nn.Module)" in second and "class Half" not in second
    assert "from tutorial_code.ch98_pairs import Half\n" in second
    assert "Where your own Half passes its check" in second


@pytest.mark.parametrize(
    ("exercise", "text", "id"),
    [
        ("half", HALF, None),
        ("half", HALF.replace(", nn.ReLU()", ""), "no-relu"),
        ("half", "from tutorial_code.ch98_pairs import KERNEL\n" + HALF, None),
        ("half", "from tutorial_code.ch98_pairs import Half\n", "not-your-own"),
        ("half", "from tutorial_code.ch98_pairs import Pair\n" + HALF, None),  # it takes nothing
        ("half", "from tutorial_code.ch98_pairs import Pair as Half\n", "not-your-own"),
        ("pair", PAIR, None),
        ("pair", FIRST_HALF_ONLY, "second-half-not-used"),
        (
            "pair",
            PAIR.replace("(channels, channels)", "(channels + 1, channels)"),
            "channels-do-not-fit",
        ),
        ("pair", "from tutorial_code.ch98_pairs import Pair\n", "not-your-own"),
        (
            "pair",
            "from tutorial_code.ch98_pairs import make_pair\nPair = type(make_pair())\n",
            "not-your-own",
        ),
        ("pair", "import tutorial_code.ch98_pairs as all\nPair = all.Pair\n", "not-your-own"),
    ],
)
def test_only_its_own_solution_and_later_ones_are_not_to_be_imported(tutorial, exercise, text, id):
    assert check(tutorial, exercise, text) == id


def test_the_readers_own_first_answer_stands_in_for_the_chapters(tutorial):
    """It prints, so that we see that it runs."""
    files = {name: tutorial / "exercises" / f"ch98_{name}.py" for name in ("half", "pair")}
    before = {path: path.read_text(encoding="utf-8") for path in files.values()}
    loud = HALF + '        print("my own half")\n'
    try:
        files["half"].write_text(loud, encoding="utf-8")
        files["pair"].write_text(PAIR, encoding="utf-8")
        code, out = run(tutorial, "check", "pair")
        assert code == 0 and "with your own Half" in out and "my own half" in out
        files["pair"].write_text(FIRST_HALF_ONLY, encoding="utf-8")
        code, out = run(tutorial, "check", "pair")
        assert code == 1 and "The first half is used, and the second is not." in out
        assert "my own half" in out
        code, out = run(tutorial, "check", "half")
        assert code == 0 and "go on in chapter 98" in " ".join(out.split())
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")


def test_in_a_notebook_each_is_written_once_and_used_below(tutorial):
    assert run(tutorial, "notebook", "-o", "all.ipynb")[0] == 0
    cells = json.loads((tutorial / "all.ipynb").read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"][1:]
    assert "check(Half)" in code and "check(Pair)" in code
    assert not any("import Half" in source for source in code)
    assert sum("import KERNEL" in source for source in code) == 1
