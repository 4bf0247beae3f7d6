"""The report and the table of a class: whose files they are, what is shown, and what never is."""

import csv
import io
import re
import shutil
import time

import pytest
from helpers import ANSWERS, RIGHT, ROOT, refused

from tutorial_code.checks.catalogue import mistakes_of, solution_source, wrong_source
from tutorial_code.checks.diagnose.verdict import Check, Diagnosis, Verdict
from tutorial_code.checks.exercises import EXERCISES, NAMES, chapter_of, find_exercise
from tutorial_code.checks.grading.anonymous import example_lines, without_names
from tutorial_code.checks.grading.class_report import class_report
from tutorial_code.checks.grading.class_table import HEADER, as_csv
from tutorial_code.checks.grading.gradebook import make_gradebook
from tutorial_code.checks.grading.places import _entries, anchor, places_of
from tutorial_code.checks.grading.same_but_for_names import form_of, form_of_solution
from tutorial_code.checks.grading.submissions import exercises_in, students_of
from tutorial_code.shared.chapters import SECTION

BOTTLENECK = find_exercise("bottleneck")
WRONG = ANSWERS / "bottleneck" / "wrong" / "01_relu_before_add_only.py"
RELU = Diagnosis("relu-before-addition", "The last ReLU stands before the addition.", "Why.")


def verdict_on(path, mistake=None, exercise="bottleneck"):
    check = Check("Bottleneck: output", mistake is None, "" if mistake is None else "differs")
    return Verdict(exercise, str(path), mistake is None, 0.1, mistake, [check])


def book_of(folder, files, mistake=None):
    """A class whose files have these names and contents; those that hold "wrong" are wrong."""
    paths = []
    for name, source in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        paths.append(path)
    verdicts = [
        verdict_on(path, (mistake or RELU) if "wrong" in path.read_text(encoding="utf-8") else None)
        for path in paths
    ]
    return make_gradebook(verdicts, paths, folder)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Anna Abel_77_assignsubmission_file_/ch03_bottleneck.py"], ["Anna Abel"]),  # Moodle
        (["Anna_1_assignsubmission_file/a.py", "Anna_2_assignsubmission_file/a.py"], None),
        (["abelanna_LATE_123_456_bottleneck.py"], ["abelanna"]),  # Canvas
        (["abelanna_123_456_ch03_bottleneck-1.py"], ["abelanna"]),
        (["anna_123_bottleneck.py", "ben_124_resnet50.ipynb"], ["anna", "ben"]),
        (["anna_bottleneck.py", "resnet50-ben.py", "cara.py"], ["anna", "ben", "cara"]),
        (["submission_1/ch03_bottleneck.py"], ["submission_1"]),  # Gradescope, without its file
        (["ch03_bottleneck.py"], ["class"]),
    ],
)
def test_a_student_is_named_by_the_folder_or_by_the_file(names, expected, tmp_path):
    folder = tmp_path / "class"
    found = students_of([folder / name for name in names], folder)
    # Two of one name keep what tells them apart.
    assert list(found.values()) == (expected or [name.partition("/")[0] for name in names])


METADATA = """\
---
submission_1:
  :submitters:
  - :name: Anna Abel
    :sid: '0815'
    :email: anna@example.org
  :created_at: !ruby/object:Time 2026-11-02 14:22:32.365935000 Z
  :score: 3.0
  :results:
    tests: []
submission_2:
  :submitters:
  - {":name": Çelik, ":sid": '2'}
  - {":name": "Ng, Oi", ":sid": '3'}
"""
FOLDERS = [f"submission_{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (METADATA, ["Anna Abel", "Çelik, Ng, Oi", "submission_3"]),
        (METADATA[:60], FOLDERS),  # cut off
        ("- a list", FOLDERS),
        ("submission_1: {':submitters': nobody}", FOLDERS),
        ("[", FOLDERS),
        ("", FOLDERS),
    ],
)
def test_the_file_of_gradescope_says_who_handed_in(content, expected, tmp_path):
    """In the form that programs read which use such exports."""
    (tmp_path / "submission_metadata.yml").write_text(content, encoding="utf-8")
    found = students_of([tmp_path / name / "block.py" for name in FOLDERS], tmp_path)
    assert list(found.values()) == expected


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("x.py", "class Bottleneck: pass", ["bottleneck"]),
        ("x.py", "class Bottleneck: pass\nclass ResNet50: pass", ["bottleneck", "resnet50"]),
        # The block is a helper of the network there.
        ("ch04_resnet50.py", "class Bottleneck: pass\nclass ResNet50: pass", ["resnet50"]),
        ("my_bottleneck.py", "class Bottleneck: pass\nResNet50 = 1", ["bottleneck", "resnet50"]),
        ("anna_resnet50.py", "def (", ["resnet50"]),
        ("anna_resnet.py", "class Other: pass", ["resnet"]),
        ("ch03_bottleneck.py", "def evaluate(): pass", ["testing"]),
        ("resnet50s.py", "x = 1", []),
        ("dev.py", "def evaluate(model, loader)\n    return 1\n", ["testing"]),  # not Python
        ("dev.py", "x = (\nclass Bottleneck(nn.Module):\n", ["bottleneck"]),
        ("notes.py", "x = 1", []),
    ],
)
def test_the_exercise_of_a_file_is_what_it_defines_or_its_name(name, source, expected, tmp_path):
    (tmp_path / name).write_text(source, encoding="utf-8")
    assert [exercise.id for exercise in exercises_in(tmp_path / name)] == expected


def test_every_skeleton_and_every_answer_of_the_bank_is_found(tmp_path):
    for exercise in EXERCISES:
        assert exercises_in(ROOT / exercise.file) == [exercise]
        for path in (ANSWERS / exercise.id / "right").glob("*.py"):
            assert exercise in exercises_in(path)


def test_the_better_of_two_files_counts_and_a_stray_file_is_nobody(tmp_path):
    files = {"anna/a.py": "wrong", "anna/b.py": "right", "anna/c.py": "wrong", "ben/c.py": "wrong"}
    book = book_of(tmp_path, files)
    assert book.students == ["anna", "ben"]
    assert [verdict.state for _, _, verdict in book.rows()] == ["right", "wrong"]
    stray = tmp_path / "notes.py"
    (tmp_path / "cara").mkdir()
    book = make_gradebook([], [stray, tmp_path / "cara" / "notes.py"], tmp_path)
    assert book.students == ["cara"] and stray in book.left_out


def test_the_table_has_its_header_and_no_formulas(tmp_path):
    book = book_of(tmp_path, {"=cmd()/a.py": "wrong", "@ben/a.py": "right", "Çelik/a.py": "right"})
    rows = list(csv.reader(io.StringIO(as_csv(book), newline="")))
    assert tuple(rows[0]) == HEADER and len(rows) == 4
    assert [row[0] for row in rows[1:]] == ["'=cmd()", "'@ben", "Çelik"]
    assert rows[1][2:5] == ["wrong", RELU.id, RELU.name] and rows[1][7] == "'=cmd()/a.py"


def test_what_a_student_writes_never_becomes_html(tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    mistake = Diagnosis("odd", f"It fails: {evil}", f"Seen in {evil}")
    source = (
        f"class Bottleneck:\n    wrong = '{evil}'\n    def forward(self, x): return x < 1 > 2\n"
    )
    book = book_of(tmp_path, {f"{evil[:-1]}&>.py": source}, mistake)
    text = class_report(book, None)
    assert "<img" not in text and "&lt;img" in text
    assert not re.search(r"<[^>]* (src|on\w+)=", text)


def test_the_example_shows_the_mistake_and_nobody():
    source = wrong_source(mistakes_of("Bottleneck")[0])
    lines = example_lines([source], [], "Bottleneck", [])
    assert 1 <= len(lines) <= 3
    signed = '''
# by Anna Abel, 20261234
class Bottleneck(nn.Module):
    """Anna's block"""
    author = "Anna Abel"
    number = 20261234
    def forward(self, anna_x: "Anna"):
        zoe_was_here = self.annas_conv(anna_x) + 3
        print(f"abel {zoe_was_here}")
        return zoe_was_here
'''
    shown = "\n".join(example_lines([signed], [], "Bottleneck", ["Anna Abel"]))
    assert not re.search("anna|abel|zoe|2026", shown, re.IGNORECASE)
    assert "name_1" in shown and "+ 3" in shown


def test_the_nearest_right_answer_leaves_the_fewest_lines():
    right = "class Bottleneck:\n    def forward(self, x):\n        y = x + 1\n        return y\n"
    wrong = right.replace("+ 1", "- 1")
    assert example_lines([wrong], [right], "Bottleneck", []) == ["        y = x - 1"]
    assert example_lines(["def ("], [right], "Bottleneck", []) == []


def test_a_description_does_not_quote_the_answer():
    said = without_names(
        "It fails in `zoes_layer(x)`: ValueError: made by Anna Abel, 1234567.",
        "zoes_layer = 1  # made by Anna",
        ["Anna Abel"],
    )
    assert said == "It fails in `…(x)`: ValueError: made by … …, …."


RENAMED = '''
"""Another text."""
import torch.nn as layers
from torch.nn import functional as G

class Bottleneck(layers.Module):
    def __init__(self, inputs: int, width):  # a comment
        super().__init__()
        self.first = layers.Conv2d(
            inputs, width, 1
        )
    def go(self, picture):
        return G.relu(self.first(picture))
    def forward(self, picture):
        result = self.go(picture)
        return result + picture
'''
PLAIN = """
import torch
from torch import nn
from torch.nn.functional import relu
import torch.nn.functional as F

class Bottleneck(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv = nn.Conv2d(a, b, 1)
    def step(self, x):
        return F.relu(self.conv(x))
    def forward(self, x):
        y: torch.Tensor = self.step(x)
        return y + x
"""


def test_answers_are_the_same_but_for_names():
    form = form_of(PLAIN, BOTTLENECK)
    assert form_of(RENAMED, BOTTLENECK) == form
    for other in (("y + x", "x + y"), ("b, 1)", "b, 3)"), ("F.relu", "F.gelu")):
        assert form_of(PLAIN.replace(*other), BOTTLENECK) != form


def test_no_two_right_answers_of_the_bank_are_taken_for_the_same():
    """They were written in different styles."""
    for exercise in EXERCISES:
        paths = sorted((ANSWERS / exercise.id / "right").glob("*.py"))
        forms = [form_of(path.read_text(encoding="utf-8"), exercise) for path in paths]
        assert all(forms) and len(set(forms)) == len(paths) > 5


def test_groups_say_what_is_short_and_what_is_the_chapters(tmp_path):
    own = "\n\n".join([BOTTLENECK.imports, solution_source("Bottleneck")])
    files = {"anna.py": PLAIN, "ben.py": RENAMED, "cara.py": own, "dan.py": own, "eva.py": "x = 1"}
    text = class_report(book_of(tmp_path, files), None)
    assert "9 lines, so few that equal answers are likely: anna, ben" in text
    assert "which are the chapter's own, as it shows them: cara, dan" in text
    assert form_of_solution(BOTTLENECK) == form_of(own, BOTTLENECK)
    assert "cheat" not in text and "eva" not in text.partition("same but for names")[2]


def test_links_lead_to_the_headings_that_python_markdown_makes():
    markdown = pytest.importorskip("markdown")
    heads = [mistake.name for name in NAMES for mistake in mistakes_of(name)]
    escaped = [head.rstrip(".").replace("__", r"\_\_") for head in heads]  # as on the page
    page = markdown.markdown("\n\n".join(f"### {head}" for head in escaped), extensions=["toc"])
    assert list(_entries().values()) == re.findall(r'<h3 id="([^"]*)"', page)
    for exercise in EXERCISES:
        prose = [cell.text for cell in chapter_of(exercise).cells if cell.prose]
        made = {anchor(head) for text in prose for head in SECTION.findall(text)}
        for name in exercise.names:
            for mistake in mistakes_of(name):
                section, *entries = places_of(exercise, mistake.id, "https://x.org/book")
                assert section.address.startswith("https://x.org/book/chapters/ch") and entries
                assert section.address.partition("#")[2] in made


def test_a_class_of_a_hundred_has_its_report_soon_and_small(tmp_path):
    """The time grows with the class, and not with its square: ten times the students take less
    than thirty times as long.
    """
    seconds = {}
    for count in (10, 100):
        files = {
            f"s{n}/{exercise.id}.py": PLAIN.replace("a, b", f"a{n}, b{n}") + f"wrong = {n % 3}\n"
            for n in range(count)
            for exercise in EXERCISES[:6]
        }
        folder = tmp_path / str(count)
        book = book_of(folder, files)
        before = time.process_time()
        text = class_report(book, None)
        seconds[count] = time.process_time() - before
        assert len(text) < 2000 * count
    assert seconds[100] < 30 * seconds[10] + 1


def test_all_exercises_of_a_class_in_one_command(command, tmp_path):
    folder = tmp_path / "class"
    for student in ("Anna", "Ben"):
        (folder / student).mkdir(parents=True)
    shutil.copy(RIGHT, folder / "Anna" / "block.py")
    shutil.copy(ROOT / "exercises" / "ch06_testing.py", folder / "Anna")
    shutil.copy(WRONG, folder / "Ben" / "ch03_bottleneck.py")
    borrowed = ANSWERS / "resnet50" / "borrowed"
    shutil.copy(sorted(borrowed.glob("*.py"))[0], folder / "Ben" / "ch04_resnet50.py")
    code, out, err = command(
        *("grade", "all", folder, "--html", "r.html", "--csv", "t.csv"),
        *("--site", "https://x.org/", "--json", "g.json"),
    )
    assert code == 1 and "1 of 4 right" in out, err
    table = (tmp_path / "t.csv").read_bytes().decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    states = {(row["student"], row["exercise"]): row["state"] for row in rows}
    assert states == {
        ("Anna", "bottleneck"): "right",
        ("Anna", "resnet50"): "not handed in",
        ("Anna", "testing"): "not started",
        ("Ben", "bottleneck"): "wrong",
        ("Ben", "resnet50"): "wrong",
        ("Ben", "testing"): "not handed in",
    }
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "https://x.org/chapters/ch03_bottleneck.html#the-exercise" in text
    assert "✗ refused" in text and "Ben, resnet50: It takes the solution from" in text
    mistakes = text.partition("What went wrong")[2].partition("Not done yet")[0]
    assert "Ben" not in mistakes and "Anna" not in mistakes


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--site", "here"], "https://"),
        (["--html", "a", "--csv", "a"], "same name"),
    ],
)
def test_wrong_use_is_refused_before_the_work(options, word, command, tmp_path):
    shutil.copy(RIGHT, tmp_path / "a.py")
    refused(command("grade", "all", tmp_path, *options), word)


def test_a_folder_without_any_answer_says_what_to_do(command, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "notes.py").write_text("x = 1", encoding="utf-8")
    refused(command("grade", "all", "class"), "name the exercise")
