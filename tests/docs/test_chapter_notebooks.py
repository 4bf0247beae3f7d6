"""The notebooks to work in run to their end with right answers, whatever these call their layers
and variables.
"""

import json
import re
from functools import cache, partial
from itertools import pairwise

import pytest
from helpers import ANSWERS, first_images

pytest.importorskip("jupytext", reason="the site's tools are not installed: uv sync")
from pipeline import chapter_notebooks

from tutorial_code import ch01_images, ch04_resnet50
from tutorial_code.checks.exercise_notebook import exercise_notebook
from tutorial_code.checks.exercises import EXERCISES, chapter_of, find_exercise
from tutorial_code.shared.chapters import read_chapters
from tutorial_code.shared.initialization import block_scales

# of each exercise; in the whole exercise the first ones are together, then the second ones, …
UNUSUAL = {
    "bottleneck": [
        "05_functional_conv_parameters",
        "07_moduledict",
        "09_lazy_layers",
        "14_residual_wrapper",
    ],
    "resnet50": ["05_one_big_sequential", "04_modulelist_flat", "12_moduledict"],
    "training": ["17_closure", "20_two_param_groups", "06_functional"],
    "testing": ["10_numpy", "19_sort_and_zip", "24_a_copy_of_the_model"],
}


def answer(exercise, name):
    return (ANSWERS / exercise / "right" / f"{name}.py").read_text(encoding="utf-8")


def code_cells(notebook):
    return [
        "".join(cell["source"])
        for cell in json.loads(notebook)["cells"]
        if cell["cell_type"] == "code"
    ]


def solved(cells, exercise, text):
    """Return the cells with an answer in the first hole of its exercise; the others stay empty."""
    (names,) = [each.names for each in EXERCISES if each.id == exercise]
    hole = re.compile(
        rf"^(class|def) ({'|'.join(names)})\b[\s\S]*NotImplementedError", re.MULTILINE
    )
    holes = [number for number, cell in enumerate(cells) if hole.search(cell)]
    assert len(holes) == len(names)
    return [text if n == holes[0] else "" if n in holes else cell for n, cell in enumerate(cells)]


def run(cells, namespace=None):
    namespace = namespace or {"__name__": "__main__"}
    for cell in cells:
        exec(compile(cell, "<cell>", "exec"), namespace)
    return namespace


@pytest.fixture(scope="module")
def before():
    """What the cells before the first hole define, once for each chapter."""
    return cache(lambda chapter, cells: run(cells))


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # figures are saved there


@pytest.mark.parametrize("chapter", read_chapters(), ids=lambda chapter: chapter.name)
def test_what_resolves_a_prediction_is_never_in_sight_below_it(chapter):
    """Code comes next, which the reader runs, or a fold, which they open."""
    cells = json.loads(chapter_notebooks.notebook(chapter, None))["cells"]
    for cell, following in pairwise(cells):
        text = "".join(cell["source"])
        if cell["cell_type"] == "code" or "*Predict" not in text:
            continue
        for asked in re.split(r"^\*Predict", text, flags=re.MULTILINE)[1:]:
            _, *after = asked.split("\n\n")
            after = [block for block in after if not block.startswith("- ")]
            if after:
                assert after[0].startswith("<details>") and "</details>" in after
            else:
                assert following["cell_type"] == "code"


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("exercise", "name"),
    [(exercise, name) for exercise, found in UNUSUAL.items() for name in found],
)
def test_a_chapters_notebook_runs_to_its_end(exercise, name, before, monkeypatch, capsys):
    chapter = chapter_of(find_exercise(exercise))
    cells = code_cells(chapter_notebooks.notebook(chapter, None))
    cells = solved(cells, exercise, answer(exercise, name))
    # Its demonstrations train the tutorial's network, which may be a smaller one.
    if exercise == "training":
        monkeypatch.setattr(
            ch04_resnet50, "ResNet50", partial(ch04_resnet50.ResNet50, (1, 1, 1, 1))
        )
    first = cells.index(answer(exercise, name))
    namespace = dict(before(chapter.name, tuple(cells[:first])))
    following = [f"verdicts = {cell}" if cell.startswith("check(") else cell for cell in cells]
    shown = run(following[first:], namespace)["verdicts"]
    judged = [verdict for verdict in shown if verdict.exercise == exercise]
    assert judged and all(verdict.passed for verdict in judged), shown


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("number", range(3))
def test_the_whole_exercise_runs_to_its_end_and_trains_what_was_written(
    number, monkeypatch, capsys
):
    few = first_images(ch01_images.load_dataset("digits"), 64, 40)
    monkeypatch.setattr(ch01_images, "load_dataset", lambda name: few)
    cells = code_cells(exercise_notebook(solved=False, epochs=2))
    for exercise, found in UNUSUAL.items():
        text = re.sub(
            r"^from tutorial_code\..*\n", "", answer(exercise, found[number]), flags=re.MULTILINE
        )
        cells = solved(cells, exercise, text)
    namespace = run(cells)
    printed = capsys.readouterr().out
    assert printed.count("training loss") >= 3 and "test accuracy" in printed
    trained, fresh = namespace["model"], namespace["ResNet50"](num_classes=10)
    assert type(trained) is namespace["ResNet50"]
    scales = block_scales(trained)
    assert len(scales) == 16
    assert all((scale.abs() < 0.5).all() for scale in scales)  # they began at 0
    assert all((scale == 1).all() for scale in block_scales(fresh))
