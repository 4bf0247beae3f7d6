"""The set-up in the README and on the site: the same commands, and they do what the text says."""

import re
import shutil
import subprocess

import pytest
from helpers import ROOT

PAGES = ["README.md", "docs/setup.md"]


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


def commands_for_the_cpu_build(page):
    """Return the lines of the block that takes PyTorch's CPU build."""
    (block,) = [
        block
        for block in re.findall(r"(?:^    .*\n)+", text_of(page), re.MULTILINE)
        if "=cpu" in block
    ]
    return [line.strip() for line in block.splitlines()]


@pytest.mark.parametrize("page", PAGES)
def test_the_cpu_build_stays_whatever_command_follows(page):
    """--no-sync stands on one command only, and the next one without it would put the large build
    back.
    """
    assert "--no-sync" not in text_of(page)
    lines = commands_for_the_cpu_build(page)
    assert lines.index("export UV_NO_SYNC=1") < lines.index("uv run resnet50 train")
    assert all(
        f"--group {group}" in next(line for line in lines if "=cpu" in line)
        for group in ("dev", "site")
    )


def test_both_pages_give_the_same_commands():
    assert commands_for_the_cpu_build(PAGES[0]) == commands_for_the_cpu_build(PAGES[1])


@pytest.mark.skipif(shutil.which("uv") is None, reason="needs uv")
def test_uv_knows_the_variable():
    done = subprocess.run(
        ["uv", "run", "--help"], capture_output=True, encoding="utf-8", check=True
    )
    assert "UV_NO_SYNC" in done.stdout
