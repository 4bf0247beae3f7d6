"""The glossary holds every term that a chapter introduces."""

import re

import pytest

pytest.importorskip("math_core", reason="the site's tools are not installed: uv sync")
from helpers import ROOT
from pipeline.markdown import read_terms

from tutorial_code.shared.chapters import read_chapters

# A term is set in bold where it is introduced. Bold, too, are the beginnings of entries in a list,
# which end in a mark, and the two lines that every chapter opens with.
BOLD = re.compile(r"\*\*([^*]+?)\*\*", re.DOTALL)


@pytest.mark.parametrize("chapter", read_chapters(), ids=lambda chapter: chapter.name)
def test_each_term_in_bold_is_in_the_glossary(chapter):
    terms = {term.lower() for term in read_terms(ROOT / "docs" / "glossary.md")}
    prose = "\n".join(cell.text for cell in chapter.cells if cell.prose)
    said = {" ".join(found.split()) for found in BOLD.findall(prose)}
    introduced = {
        words.lower()
        for words in said
        if words[-1] not in ".,:?!" and words not in {"You need"} and "By the end" not in words
    }
    assert introduced
    missing = {word for word in introduced if word not in terms and word.rstrip("s") not in terms}
    assert missing == set()


def test_the_glossary_is_in_order_and_says_something():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## ([^,{\n]+)", text, re.MULTILINE)
    names = [heading.strip().lower() for heading in headings]
    assert names == sorted(names) and len(names) == len(set(names))
    for entry in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        assert len(entry.split()) >= 4
