"""Every figure that is drawn by code: still forms for two widths, words, and no text too small."""

import re
from xml.etree import ElementTree

import pytest

pytest.importorskip("py_mini_racer", reason="the site's tools are not installed: uv sync")
from pipeline import drawings, execute
from pipeline.drawings import FIGURES, drawing, standalone

from tutorial_code.shared.chapters import read_chapters

NAMES = sorted(path.stem for path in FIGURES.glob("*.js"))
ROWS = [{"epoch": n, "train": 2 / n, "test": 2.5 / n, "accuracy": 30.0 * n} for n in (1, 2, 3)]
GIVEN = {"training-curve": {"name": "some", "rows": ROWS}}  # what the page of runs gives it


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_has_a_still_form_for_two_widths_and_says_what_it_shows(name):
    found = drawing(name, GIVEN.get(name))
    for svg, width in ((found.wide, 688), (found.narrow, 330)):
        tree = ElementTree.fromstring(svg)
        assert tree.get("viewBox").split()[2] == str(width)
        assert all(float(text.get("font-size")) >= 12 for text in tree.iter("text")), name
        assert "NaN" not in svg and "undefined" not in svg
    assert (
        len(found.says.split()) >= 6 and "NaN" not in found.says and "undefined" not in found.says
    )
    ElementTree.fromstring(standalone(found))


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_brings_no_colors_of_its_own(name):
    wide = re.sub(r'href="[^"]*"', "", drawing(name, GIVEN.get(name)).wide)
    own = set(re.findall(r"#[0-9a-f]{6}", wide)) - {"#d04437", "#2e9e5b", "#3f7fe0"}  # the channels
    assert not own


def test_every_figure_is_shown_somewhere():
    texts = [chapter.text for chapter in read_chapters()]
    texts += [path.read_text(encoding="utf-8") for path in FIGURES.parent.glob("*.md")]
    for name in set(NAMES) - GIVEN.keys():
        assert any(f"(figure:{name})" in re.sub(r"\s", "", text) for text in texts), name


def test_what_a_figure_is_made_from_is_computed_once(tmp_path, monkeypatch):
    monkeypatch.setattr(drawings, "FIGURES", tmp_path)
    monkeypatch.setattr(execute, "CACHE", tmp_path / "cache")
    computed = tmp_path / "computed"
    code = f"def data():\n    open({str(computed)!r}, 'a').close()\n    return [1]\n"
    figure = tmp_path / "some.py"

    def computes(source):
        computed.unlink(missing_ok=True)
        figure.write_text(source, encoding="utf-8")
        assert drawings._data("some") == [1]
        return computed.exists()

    assert [computes(code), computes(code), computes(f"import math\n{code}")] == [True, False, True]
    # What the site's own tools read may change without their code.
    from_tools = f"from pipeline import ROOT\n{code}"
    assert computes(from_tools) and computes(from_tools)
