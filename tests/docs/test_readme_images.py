"""The images of the README are what the figure and the check give now."""

import html
import re

import pytest

pytest.importorskip("py_mini_racer", reason="the site's tools are not installed: uv sync")
from helpers import ROOT
from pipeline import readme_images

from tutorial_code.checks.catalogue import mistakes_of

AGAIN = "uv run python docs/pipeline/readme_images.py"


def stored(name):
    return (readme_images.FOLDER / name).read_text(encoding="utf-8").rstrip("\n")


def test_the_figure_is_the_chapters():
    for name, image in readme_images.figures().items():
        assert stored(name) == image.rstrip("\n"), AGAIN


def test_the_terminal_shows_what_the_check_says_of_the_wrong_block():
    words = html.unescape(re.sub(r"<[^>]+>", " ", stored("check.svg"))).replace("\xa0", " ")
    words = " ".join(words.split())
    (mistake,) = [m for m in mistakes_of("Bottleneck") if m.id == "relu-before-addition"]
    assert "resnet50 check bottleneck" in words and "bottleneck: wrong" in words
    assert mistake.name in words and mistake.explanation in words, AGAIN
    assert "@font-face" not in stored("check.svg")


def test_the_readme_shows_them_all():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    images = set(re.findall(r"docs/assets/readme/[\w-]+\.svg", text))
    there = readme_images.FOLDER.glob("*.svg")
    assert images == {path.relative_to(ROOT).as_posix() for path in there}
