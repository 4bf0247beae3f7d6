"""The built wheel, installed into an empty environment, serves a reader who has nothing but it."""

import ast
import json
import os
import shutil
import subprocess
import sys
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from urllib.request import urlopen

import pytest
from helpers import ROOT

ELSEWHERE = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}


def run(*command, folder, code=0):
    """Run a command; return what it prints."""
    command = [str(word) for word in command]
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, encoding="utf-8", timeout=600
    )
    assert done.returncode == code, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def uv():
    """The command uv, run in the project's folder, whose settings in pyproject.toml it takes."""
    path = os.environ.get("UV") or shutil.which("uv")
    if path is None:
        pytest.fail(
            "This test builds and installs the package with uv: install it with `python -m "
            "pip install uv`."
        )
    return partial(run, path, folder=ROOT)


def versions_here():
    """Return the versions of all that is installed here as constraints: they are in uv's cache, and
    are tested.
    """
    found = {each.metadata["Name"]: each.version for each in distributions()}
    return "".join(
        f"{name}=={version}\n" for name, version in found.items() if name != "resnet50-tutorial"
    )


@pytest.fixture
def installed(uv, tmp_path):
    """The programs of an environment that holds the wheel and what the wheel asks for."""
    uv("build", "--quiet", "--wheel", "--out-dir", tmp_path / "dist")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    uv("venv", "--quiet", "--python", sys.executable, tmp_path / "empty")
    programs = tmp_path / "empty" / ("Scripts" if os.name == "nt" else "bin")
    constraints = tmp_path / "constraints.txt"
    constraints.write_text(versions_here(), encoding="utf-8")
    install = [
        "pip",
        "install",
        "--quiet",
        "--python",
        tmp_path / "empty",
        "--constraints",
        constraints,
    ]
    if "+cpu" in constraints.read_text(encoding="utf-8"):
        install += ["--torch-backend", "cpu"]
        # The index of the CPU builds tells no dates of some files.
        for name in ("torch", "torchvision"):
            install += ["--exclude-newer-package", f"{name}=false"]
    uv(*install, wheel)
    yield programs
    # Gigabytes where the cache is on another disk, and pytest keeps three of them.
    shutil.rmtree(tmp_path / "empty")


def answer_of(chapter):
    """Return what a reader would write: the imports of a chapter and its class ``Bottleneck``,
    without the chapter.
    """
    text = chapter.read_text(encoding="utf-8")
    parts = [
        node
        for node in ast.parse(text).body
        if (isinstance(node, ast.ImportFrom) and node.module.startswith("torch"))
        or (isinstance(node, ast.ClassDef) and node.name == "Bottleneck")
    ]
    return "\n\n".join(ast.get_source_segment(text, part) for part in parts) + "\n"


def test_a_reader_needs_nothing_but_the_wheel(installed, tmp_path):
    folder = tmp_path / "reader"
    folder.mkdir()
    python = partial(run, installed / "python", folder=folder)
    resnet50 = partial(run, installed / "resnet50", folder=folder)

    package = Path(
        python("-c", "import tutorial_code; print(tutorial_code.__file__)").strip()
    ).parent
    assert package.is_relative_to(tmp_path / "empty")

    resnet50("exercises")
    (exercise,) = (folder / "exercises").glob("ch*_bottleneck.py")
    assert "NotImplementedError" in exercise.read_text(encoding="utf-8")
    resnet50("check", "bottleneck", code=1)
    exercise.write_text(answer_of(package / exercise.name), encoding="utf-8")
    assert json.loads(resnet50("check", "bottleneck", "--json"))["passed"]

    resnet50(
        "train", "--epochs", 1, "--batch-size", 512, "--quiet", "--device", "cpu", "--out", "run"
    )
    assert json.loads((folder / "run" / "summary.json").read_text(encoding="utf-8"))["epochs"] == 1
    assert (folder / "run" / "report.html").exists()

    tried = subprocess.Popen(
        [str(installed / "resnet50"), "try", "run", "--no-open"],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        (address,) = [
            word for word in tried.stdout.readline().split() if word.startswith("http://")
        ]
        for name, words in {"": "Try your network", "sources.js": "forward"}.items():
            with urlopen(address + name, timeout=60) as answer:
                assert words in answer.read().decode()
    finally:
        tried.kill()
        tried.communicate()

    assert resnet50("notebook").strip() == "resnet50.ipynb"
    assert json.loads((folder / "resnet50.ipynb").read_text(encoding="utf-8"))["cells"]

    shown = python("-c", "from tutorial_code.shared import tables; tables.show('speed-cpu')")
    assert shown.startswith("speed-cpu, measured on ") and "accuracy" in shown
