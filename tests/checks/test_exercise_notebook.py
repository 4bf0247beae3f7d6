"""The whole path as one notebook."""

import json
import re
import subprocess
import sys

from tutorial_code.checks import exercise_notebook as notebooks
from tutorial_code.checks.catalogue import solution_source
from tutorial_code.checks.exercise_notebook import exercise_notebook, write_notebook
from tutorial_code.checks.exercises import EXERCISES, NAMES
from tutorial_code.checks.skeletons import exercise_cells


def test_the_notebook_to_work_in_holds_holes_and_checks():
    notebook = json.loads(exercise_notebook(solved=False))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for exercise in EXERCISES:
        assert f"check({', '.join(exercise.names)})" in code
        for cell in exercise_cells(exercise):
            assert any(cell.strip() in source for source in code)
    assert sum("raise NotImplementedError" in source for source in code[1:]) == len(NAMES)
    assert not any("import Bottleneck" in source for source in code[1:])  # the reader's own is used


def test_the_first_cell_brings_the_tutorial_where_it_is_not_installed(tmp_path):
    """As in Colab: the installed one is hidden, and what the cell unpacks is used."""
    set_up = "".join(json.loads(exercise_notebook(solved=False))["cells"][1]["source"])
    hide = (
        "import importlib.util as util\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'tutorial_code' else "
        "find(name, *rest)\n"
    )
    use = (
        "\nimport pathlib, tutorial_code\n"
        "file = tutorial_code.__file__\n"
        "assert pathlib.Path(file).parent.parent == pathlib.Path.cwd(), file\n"
        "print(check(Bottleneck))\n"
        "from tutorial_code.shared import tables\n"
        "tables.show('speed-cpu')\n"
        "curves = tables.recorded_run('degradation-cpu').rows('curves.jsonl')\n"
        "print('curves of', len({curve['seed'] for curve in curves}), 'seeds')\n"
    )
    use = "\nfrom torch import Tensor\n" + solution_source("Bottleneck") + use
    (tmp_path / "cell.py").write_text(hide + set_up + use, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "cell.py"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert "Bottleneck: right" in done.stdout
    assert "speed-cpu, measured on" in done.stdout and "not recorded" not in done.stdout
    assert "curves of 3 seeds" in done.stdout


def test_the_solved_notebook_is_executed_and_right(tmp_path, images_folder, monkeypatch):
    """On a few images, so that it takes seconds."""
    monkeypatch.setattr(
        notebooks,
        "TRAINING",
        notebooks.TRAINING.replace('"digits"', repr(f"folder:{images_folder}")),
    )
    write_notebook(tmp_path / "solved.ipynb", solved=True, epochs=1)
    notebook = json.loads((tmp_path / "solved.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert not any(output["output_type"] == "error" for output in outputs)
    text = "".join("".join(output.get("text", "")) for output in outputs)
    assert "epoch 1: training loss" in text and re.search(r"test accuracy  \d+\.\d\d%", text)
    tables = [
        "".join(output["data"].get("text/html", "")) for output in outputs if "data" in output
    ]
    assert sum("right" in table for table in tables) == len(EXERCISES) and not any(
        "wrong" in table for table in tables
    )
