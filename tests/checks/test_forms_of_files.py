"""Right answers in the forms in which people hand them in; none of them may be refused."""

import json
import shutil

import pytest
from helpers import RIGHT, ROOT

from tutorial_code.checks.exercises import find_exercise
from tutorial_code.checks.grading.submissions import find_files, students_of
from tutorial_code.checks.isolate.worker import judge_file

BOTTLENECK = find_exercise("bottleneck")
SOURCE = RIGHT.read_text(encoding="utf-8")
HEAD, _, FORWARD = SOURCE.partition("    def forward(self, x")
FORWARD = f"def forward(self, x{FORWARD}".replace("\n    ", "\n")
IMPORT = "from tutorial_code.ch03_bottleneck import Bottleneck\n"
LATER = f"\n{IMPORT}class ResNet50:\n    block = Bottleneck\n"


def notebook(*cells):
    sources = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"cells": sources})


def with_four(text):
    """Return the block with another expression for the 4."""
    assert "expansion = 4" in SOURCE
    return SOURCE.replace("expansion = 4", f"expansion = {text}")


def refused(path):
    verdict = judge_file(path, BOTTLENECK)
    return None if verdict.passed else verdict.mistake


BARE = SOURCE[SOURCE.index("def conv3x3") :]  # without its imports
STAR = IMPORT.replace("import Bottleneck", "import *")

CELLS = {
    "a star from the chapter": [STAR, BARE],
    "a constant changed": ["E = 2", "E *= 2", with_four("E")],
    "a constant of a condition": ["import os\nif os.name:\n    E = 4", with_four("E")],
    "a constant of a with": [
        "import torch\nwith torch.no_grad():\n    E = 4",
        with_four("E"),
    ],
    "a dictionary that a loop fills": [
        "W = {}\nfor k in range(9):\n    W[k] = k",
        with_four("W[4]"),
    ],
    "a list that grows": ["S = []", "S.append(4)", with_four("S[0]")],
    "an import that may fail": [
        "try:\n    from not_installed import E\nexcept ImportError:\n    E = 4",
        with_four("E"),
    ],
    "a star import that may fail": [
        "try:\n    from math import *\nexcept ImportError:\n    pass",
        with_four("int(sqrt(16))"),
    ],
    "the method set afterward": [
        HEAD,
        FORWARD,
        "Bottleneck.forward = forward",
    ],
    "the method set by setattr": [HEAD, FORWARD, 'setattr(Bottleneck, "forward", forward)'],
    "the method added by a decorator": [
        "def add_to(cls):\n    return lambda f: setattr(cls, f.__name__, f)",
        HEAD,
        f"@add_to(Bottleneck)\n{FORWARD}",
    ],
    "an indented cell": ["    E = 4\n    F = 5", with_four("E")],
    "two statements in a line": ["import os; E = int(\n    4)", with_four("E")],
    "the output of a command": [f"files = !ls\n{SOURCE}"],
    "a command of two lines": [f"!pip install a \\\n    b\n{SOURCE}"],
    "a future import": ["E = 4", f"from __future__ import annotations\n{with_four('E')}"],
    "another language": [SOURCE, "%%script false\nclass Bottleneck:\n    pass"],
    "the skeletons one after the other": [
        SOURCE,
        LATER,
    ],
    "the import first": [IMPORT, SOURCE],
    "a cell that is written to a file": [
        f"%%writefile parts/my_block.py\n{SOURCE}",
        "from my_block import Bottleneck\nBottleneck(4, 4)",
    ],
    "a name that is a constant and a loop's": [
        "k = 4",
        "def factor():\n    return k if [k for k in (1, 3)] else 0",
        with_four("factor()"),
    ],
    "a default of the same name": ["k = 4", "def f(k=k):\n    return k", with_four("f()")],
}


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
def test_a_right_answer_in_a_notebook(cells, tmp_path):
    path = tmp_path / "answer.IPYNB"
    path.write_text(notebook(*cells), encoding="utf-8")
    assert not refused(path)


FILES = {
    "the skeletons one after the other": SOURCE + LATER,
    "the import first": IMPORT + SOURCE,
    "the tutorial's to compare with": (
        f"import torch\n{IMPORT.strip()} as Reference\n{SOURCE}\nx = torch.ones(2, 4, 8, 8)\n"
        "assert Reference(4, 1)(x).shape == Bottleneck(4, 1)(x).shape\n"
    ),
    "the tutorial's module to compare with": (
        f"import tutorial_code.ch03_bottleneck as tutorial\n{SOURCE}\n"
        "def compare():\n    return tutorial.Bottleneck(4, 1), Bottleneck(4, 1)\ncompare()\n"
    ),
    "a star from the chapter": STAR + BARE,
    "a star from a later one": f"{SOURCE}\n{STAR.replace('ch03_bottleneck', 'ch04_resnet50')}",
    "a function that compares": (
        f"{SOURCE}\ndef compare():\n    {IMPORT.strip()} as Reference\n"
        "    return Reference(4, 1), Bottleneck(4, 1)\ncompare()\n"
    ),
    "made by nbconvert": f"get_ipython().run_line_magic('matplotlib', 'inline')\n{SOURCE}",
    "made by Colab": f"from google.colab import drive\ndrive.mount('/content')\n{SOURCE}",
    "a dataclass": (
        f"from __future__ import annotations\nfrom dataclasses import dataclass\n{SOURCE}\n"
        "@dataclass\nclass Settings:\n    channels: int = 64\n"
    ),
    "its own place": f"import os\nHERE = os.path.dirname(os.path.abspath(__file__))\n{SOURCE}",
    "its own module": f"import sys\nME = sys.modules[__name__]\n{SOURCE}",
    "its own source": f"import inspect\n{SOURCE}\nprint(inspect.getsource(Bottleneck))\n",
    "what it prints": f"import sys\nsys.stdout.reconfigure(encoding='utf-8')\nprint('×')\n{SOURCE}",
    "its arguments": f"import argparse\nargparse.ArgumentParser().parse_args()\n{SOURCE}",
    "progress bars": f"from tqdm.auto import tqdm\n{SOURCE}\nfor _ in tqdm(range(2)):\n    pass\n",
    "progress bars of a notebook": (
        f"from tqdm.notebook import tqdm\n{SOURCE}\nfor _ in tqdm(range(2)):\n    pass\n"
    ),
    "a package that is not installed": f"import not_installed\n{SOURCE}",
    "an image that is elsewhere": f"{SOURCE}\nimage = open('C:/Users/me/cat.jpg', 'rb').read()\n",
    "a command of an editor": f"# %%\n%matplotlib inline\n!nvidia-smi\n# %%\n{SOURCE}",
    "a GPU": f"import torch\n{SOURCE}\nx = Bottleneck(4, 4)(torch.ones(2, 4, 8, 8).cuda())\n",
    "a question": f"{SOURCE}\nwidth = int(input('width? '))\n",
    "a data set": (
        f"from torchvision import datasets\n{SOURCE}\nphotographs = datasets.CIFAR10('elsewhere')\n"
    ),
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_right_answer_in_a_file(text, tmp_path):
    path = tmp_path / "answer.py"
    path.write_text(text, encoding="utf-8")
    assert not refused(path)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        (f"import not_installed\n{with_four('2')}", "expansion-2"),
        (f"import not_installed\n{with_four('not_installed.E')}", "fails-at-import"),
        (f"{SOURCE}\nraise ValueError('a defect of its own')\n", "fails-at-import"),
    ],
)
def test_what_a_machine_lacks_excuses_nothing_else(text, id, tmp_path):
    path = tmp_path / "answer.py"
    path.write_text(text, encoding="utf-8")
    assert refused(path).id == id


def test_a_file_may_name_its_encoding(tmp_path):
    path = tmp_path / "answer.py"
    path.write_bytes(f"# coding: latin-1\n# Größe\n{SOURCE}".replace("×", "x").encode("latin-1"))
    assert not refused(path)


@pytest.mark.parametrize(
    "text",
    [
        f"{IMPORT}class Bottleneck(Bottleneck):\n    pass\n",
        f"{IMPORT}Bottleneck = Bottleneck\n",
        f"{IMPORT.strip()} as B\nclass Bottleneck(B):\n    pass\n",
        "from tutorial_code import ch03_bottleneck\nBottleneck = ch03_bottleneck.Bottleneck\n",
        f"{STAR}class Bottleneck(Bottleneck):\n    pass\n",
        f"def take():\n    {IMPORT.strip()} as B\n    return B\nBottleneck = take()\n",
        f"def take():\n    {IMPORT.strip()} as B\n    globals()['Bottleneck'] = B\ntake()\n",
        f"{IMPORT.strip()} as B\nglobals()['Bottleneck'] = B\n",
        f"{IMPORT.strip()} as B\n{SOURCE}\nfor Bottleneck in [B]:\n    pass\n",
        f"{IMPORT.strip()} as B\n{SOURCE}\nBottleneck.forward = B.forward\n",
        f"{IMPORT.strip()} as B\n{with_four('globals()[chr(66)].expansion')}",
    ],
)
def test_the_solution_stays_out_of_reach(text, tmp_path):
    for name, content in {"a.py": text, "a.ipynb": notebook(text)}.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        assert refused(tmp_path / name)


def test_the_tutorials_own_files_are_nobodys_answers(tmp_path):
    project = tmp_path / "class" / "zoe"
    for name in ("tutorial_code/ch01_images.py", "tutorial_code/ch03_bottleneck.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, project / name)
    for name in ("exercises/ch03_bottleneck.py", "tests/right.py", "my_block.PY"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(SOURCE, encoding="utf-8")
    found = [path.relative_to(project).as_posix() for path in find_files(tmp_path / "class")]
    assert found == ["exercises/ch03_bottleneck.py", "my_block.PY"]


def test_a_file_that_was_downloaded_twice_is_of_the_same_student(tmp_path):
    names = ["anna_bottleneck.py", "anna_bottleneck (1).py", "anna_bottleneck copy.py"]
    assert set(students_of([tmp_path / name for name in names], tmp_path).values()) == {"anna"}
