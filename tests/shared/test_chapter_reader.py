"""The one reader of chapters: it reads what Jupytext reads, and finds each task above its cell."""

from pathlib import Path

import jupytext
import pytest

from tutorial_code.shared.chapters import (
    Chapter,
    read_chapter,
    read_chapters,
    unguard,
)
from tutorial_code.shared.stubs import task_comment

CHAPTERS = read_chapters()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_cells_are_those_that_jupytext_reads(chapter):
    theirs = jupytext.reads(chapter.text, fmt="py:percent").cells
    assert [(cell.prose, cell.text) for cell in chapter.cells] == [
        (cell.cell_type == "markdown", cell.source) for cell in theirs
    ]
    assert [list(cell.tags) for cell in chapter.cells] == [
        cell.metadata.get("tags", []) for cell in theirs
    ]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_every_cell_of_code_compiles_without_its_guard(chapter):
    assert chapter.cells[0].prose
    for cell in chapter.cells:
        if not cell.prose:
            compile(cell.code, chapter.path.name, "exec")
            assert "__main__" not in cell.code


def test_guards_are_taken_off_and_strings_left_alone():
    source = 'x = 1\nif __name__ == "__main__":\n    text = """a\n    b"""\n    print(text)\n'
    assert unguard(source) == 'x = 1\ntext = """a\n    b"""\nprint(text)'


@pytest.mark.parametrize(
    "task", [task for chapter in CHAPTERS for task in chapter.tasks], ids=lambda task: task.name
)
def test_every_task_has_its_words(task):
    assert task.words.startswith(f"Write `{task.name}`")
    assert "raise NotImplementedError" in task.stub


TWO = """\
# %% [markdown]
# # 10. Two tasks
#
# **By the end of this chapter you will have** two
# functions.

# %%
import math
import torch

# %% [markdown]
# Write `one`. It returns `1`.
#
# In a second paragraph.

# %%
if __name__ == "__main__":
    print(math.pi)

# %% tags=["exercise"]
@torch.no_grad()
def one() -> int:
    \"\"\"Return one.\"\"\"
    return 1

# %% [markdown]
# No task of its own.

# %% tags=["exercise"]
def two() -> int:
    return one() + one()
"""


def test_a_demonstration_may_stand_between_a_task_and_its_cell():
    chapter = Chapter(Path("ch10_two.py"), TWO)
    assert (chapter.number, chapter.title) == (10, "10. Two tasks")
    assert chapter.gives == "two functions"
    one, two = chapter.tasks
    assert one.words == "Write `one`. It returns `1`.\n\nIn a second paragraph."
    assert (
        task_comment(one.words, 80) == "# Write one. It returns 1.\n#\n# In a second paragraph.\n"
    )
    assert one.stub == 'def one() -> int:\n    """Return one."""\n    raise NotImplementedError\n'
    assert (two.words, two.uses) == ("", {"one", "int"})
    assert chapter.source_of("one").startswith("@torch.no_grad()\ndef one")
    assert chapter.imports_of(("one",)) == "import torch"


def test_a_chapter_that_changes_is_read_anew(tmp_path):
    path = tmp_path / "ch10_two.py"
    path.write_text(TWO, encoding="utf-8")
    assert len(read_chapter(path).tasks) == 2
    path.write_text(TWO + "\n# %% [markdown]\n# The end.\n", encoding="utf-8")
    assert read_chapter(path).cells[-1].text == "The end."


def test_a_list_of_a_task_stays_a_list():
    words = "Do this:\n\n- Write `one`,\n  which is short.\n- Call it.\n\nReturn it."
    lines = ["Do this:", "", "- Write one, which", "  is short.", "- Call it.", "", "Return it."]
    assert task_comment(words, 22) == "".join(f"# {line}".rstrip() + "\n" for line in lines)
