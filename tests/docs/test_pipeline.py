"""How chapters become cells, outputs, pages."""

import re

import pytest

pytest.importorskip("jupytext", reason="the site's tools are not installed: uv sync")
import nbformat
from helpers import ROOT
from pipeline import chapter_pages, execute, figures, pages, recorded_runs, tables_of_chapters
from pipeline.markdown import labeled, link_terms, mathml, searched

from tutorial_code.shared.chapters import read_chapters
from tutorial_code.shared.tables import recorded_runs as runs


def chapter_pages_of(target):
    """Return the file that a link of a chapter's page leads to; None if it leads elsewhere."""
    if target.startswith(("https://", "figure:", "#")):
        return None
    path = target.partition("#")[0]
    assert path.endswith(".md"), target
    if path.startswith("ch"):
        return ROOT / "tutorial_code" / path.replace(".md", ".py")
    name = path.removeprefix("../")
    return (
        ROOT / "docs" / "pipeline" / "mistakes.py"
        if name == "mistakes.md"
        else ROOT / "docs" / name
    )


def notebook(*code):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in code])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1 / 0", "some chapter, code cell 2: ZeroDivisionError"),
        (
            "import warnings\nwarnings.warn('careful')",
            "some chapter, code cell 2, wrote to standard error",
        ),
    ],
)
def test_a_cell_that_raises_or_warns_stops_the_build_by_name(code, words):
    with pytest.raises(execute.CellError, match=words):
        execute.execute("some chapter", notebook("x = 1", code, "x = 2"), "")


def test_the_key_follows_code_and_imports_but_not_prose(tmp_path, monkeypatch):
    package = tmp_path / "tutorial_code"
    package.mkdir()
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    inner, outer = package / "inner.py", package / "outer.py"
    outer.write_text("from tutorial_code.inner import x\n", encoding="utf-8")

    def key(code="from tutorial_code import outer", text="x = 1\n"):
        inner.write_text(text, encoding="utf-8")
        return execute.key_of([code])

    assert key() == key(text="# prose\nx = 1\n")
    assert key() != key(text="x = 2\n")
    assert key() != key(code="from tutorial_code import outer as o")


def test_the_key_follows_the_recorded_runs_that_a_chapter_shows(tmp_path, monkeypatch):
    tables = tmp_path / "tutorial_code" / "shared" / "tables.py"
    tables.parent.mkdir(parents=True)
    tables.write_text("x = 1\n", encoding="utf-8")
    curves = tmp_path / "runs" / "some" / "curves.jsonl"
    curves.parent.mkdir(parents=True)
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    monkeypatch.setattr(execute, "TABLES", tables)

    def key(code="from tutorial_code.shared import tables", text="{}"):
        curves.write_text(text, encoding="utf-8")
        return execute.key_of([code])

    assert key() == key() != key(text="[]")
    assert key("x = 1") == key("x = 1", text="[]")


def test_mathematics_becomes_mathml_and_code_stays():
    text = mathml("So $y = x$, and `$HOME` and\n\n    echo $A $B\n")
    assert "<math>" in text and "`$HOME`" in text and "    echo $A $B" in text
    assert 'display="block"' in mathml("$$y = F(x) + x$$")
    assert mathml("$c$ channels").startswith("<span")  # a line of <math> would be a block
    assert "<math" in mathml("two $a\n+ b$ lines")


def test_the_first_mention_of_a_term_is_linked_once_and_never_in_code():
    linked = set()
    text = link_terms("`a stride\nof` the Strides, then a stride", {"stride": "stride"}, linked)
    assert text == "`a stride\nof` the [Strides](../glossary.md#stride){ .term }, then a stride"
    assert link_terms("stride", {"stride": "stride"}, linked) == "stride"


def test_a_term_is_linked_where_it_is_introduced():
    text = link_terms("Some **strides** are **large**.", {"stride": "stride"}, set())
    assert text == "Some [**strides**](../glossary.md#stride){ .term } are **large**."


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_no_link_stands_in_a_choice_which_becomes_a_button(gap):
    asked = f"*Predict:* where\nto?{gap}- The stride.\n- Neither."
    text = link_terms(f"{asked}\n\nThe stride.\n\n- A stride.", {"stride": "stride"}, set())
    assert text == f"{asked}\n\nThe [stride](../glossary.md#stride){{ .term }}.\n\n- A stride."


def test_what_flows_through_a_block_has_its_color_in_formulas():
    text = mathml("From $x$ to $F(x)$ and $z$.")
    assert text.count('class="formula x"') == text.count('class="formula f"') == 1
    assert text.count("<math") == 3


def test_a_figure_takes_the_pages_colors_and_keeps_its_own_ids():
    from tutorial_code.shared.inline_svg import inline_svg
    from tutorial_code.shared.plots import figure_with, to_svg

    drawing, axes = figure_with(1, 1, width=4, height=3)
    axes[0, 0].plot([1, 2])
    svg = inline_svg(to_svg(drawing), 'it "rises"')
    assert (
        "#2450b5" not in svg
        and "var(--f)" in svg
        and "<style" not in svg
        and "<metadata" not in svg
    )
    assert 'aria-label="it &quot;rises&quot;"' in svg


def test_a_figure_has_few_decimals_but_its_words_keep_theirs():
    from tutorial_code.shared.inline_svg import inline_svg
    from tutorial_code.shared.plots import figure_with, to_svg

    drawing, axes = figure_with(1, 1, width=4, height=3)
    axes[0, 0].plot([0.1, 0.2345, 0.5])
    axes[0, 0].set_title("rate 0.0005")
    svg = inline_svg(to_svg(drawing), "it rises")
    assert "rate 0.0005" in svg
    lines = re.findall(r' d="([^"]*)"', svg)
    assert lines and not re.search(r"\.\d\d", " ".join(lines))


def test_a_line_of_a_figure_is_written_by_its_steps():
    from tutorial_code.shared.inline_svg import by_steps

    assert by_steps("M 1.04 2 \nL 3.16 2.5 \nL 3 -4.02 \n") == "M1 2l2.2 .5-.2-6.5"
    for kept in ("M 1 2 \nL 3 4 \n", "M 0 3 \nC 0.7 3 1.5 2.6 2.1 2.1 \nz\n"):
        assert by_steps(kept) == kept
    closed = by_steps("M 0 0 \nL 1 0 \nL 1 1 \nL 0 1 \nz\n")
    assert closed == "M0 0l1 0 0 1-1 0z"
    apart = by_steps("M 0 0 \nL 1 0 \nL 2 0 \nM 5 5 \nL 6 5 \n")
    assert apart == "M0 0l1 0 1 0M5 5l1 0"


def test_colab_edit_and_discuss_are_offered_when_the_repository_is_named():
    chapter = read_chapters()[2]
    execution = execute.Execution([[] for cell in chapter.cells if not cell.prose], 0.0)
    assert "colab" not in chapter_pages.page(chapter, execution, {}, "")
    page = chapter_pages.page(chapter, execution, {}, "someone/resnet50")
    assert "/github/someone/resnet50/blob/gh-pages/notebooks/" in page
    assert f"/someone/resnet50/edit/main/tutorial_code/{chapter.name}.py" in page
    assert "/someone/resnet50/discussions" in page


def test_what_was_not_recorded_is_said(tmp_path, monkeypatch):
    (tmp_path / "some").mkdir()
    about = 'order = 1\ncaption = "What it is."\ncommand = "resnet50 train"\n'
    (tmp_path / "some" / "run.toml").write_text(about, encoding="utf-8")
    monkeypatch.setattr(recorded_runs.tables, "PLACES", (tmp_path,))
    text = recorded_runs.runs()
    assert "\n\n## some\n\nWhat it is.\n\nNot recorded yet." in text
    assert "    bash benchmarks/record_run.sh some" in text


def test_lists_of_chapters_are_in_step_with_the_chapters():
    chapters = read_chapters()
    text = tables_of_chapters.README.read_text(encoding="utf-8")
    assert text == tables_of_chapters.readme(), "uv run python docs/pipeline/tables_of_chapters.py"
    assert all(
        f"[{chapter.title}](tutorial_code/{chapter.name}.py)" in text for chapter in chapters
    )
    parts = [part for entry in tables_of_chapters.navigation() for part in entry.values()]
    pages_listed = [page for part in parts for entry in part for page in entry.values()]
    assert pages_listed == [f"chapters/{each.name}.md" for each in chapters]
    home = tables_of_chapters.home_page()
    assert home.count(" min</span>") == len(chapters) and "<code>evaluate</code>" in home
    functions = pages.functions(chapters)
    assert "## 3. The bottleneck block" in functions and "Bottleneck]" in functions


def test_each_recorded_training_is_named_on_the_home_page():
    said = pages.results()
    assert "[`digits-cpu`](runs.md#digits-cpu): 9" in said
    named = {run.name for run in runs() if f"`{run.name}`" in said}
    trainings = {run.name for run in runs() if (run.folder / "summary.json").exists()}
    assert named == trainings > {"digits-cpu"}


def drawn(name, **more):
    svg = '<svg width="10pt" xmlns="x"><text>words</text></svg>'
    about = {"name": name, "alt": f"This is {name}.", **more}
    return {"data": {"image/svg+xml": svg}, "metadata": {"image/svg+xml": about}}


def test_a_plot_has_its_caption_its_number_and_its_form_for_a_phone():
    wide = drawn("ch07-loss", caption="Look *here*.", narrow="<svg width='10pt'><path/></svg>")
    wide["metadata"]["image/svg+xml"]["narrow"] = '<svg width="9pt"><path/></svg>'
    html = figures.plot(figures.figure_in(wide), "7.2")
    assert "<strong>Figure 7.2.</strong> Look <em>here</em>." in html
    assert html.count("<svg") == 2 and 'class="narrow"' in html
    plain = figures.plot(figures.figure_in(drawn("ch07-loss")), "")
    assert "<figcaption>This is ch07-loss.</figcaption>" in plain and plain.count("<svg") == 1


def test_a_wide_table_knows_its_headings_in_each_cell():
    row = "<tr><td>1</td><td>2</td><td>3</td><td>4</td></tr>"
    head = "".join(f"<th>{word}</th>" for word in ("a", "b <em>c</em>", "d", "e"))
    html = labeled(f"<table><thead><tr>{head}</tr></thead><tbody>{row}</tbody></table>")
    assert '<td data-label="b c">2</td>' in html and "<table data-stacked>" in html
    narrow = "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    assert labeled(narrow) == narrow


def test_the_search_leaves_out_code_and_what_it_printed():
    for kind in ("text output no-copy", "python"):
        block = searched(f'<div class="language-{kind} highlight"><pre>1.0</pre></div>')
        assert block.startswith(f'<div data-search-exclude class="language-{kind}')
    assert searched("<p><code>backward</code></p>") == "<p><code>backward</code></p>"


@pytest.mark.parametrize("chapter", read_chapters(), ids=lambda chapter: chapter.name)
def test_every_link_of_a_chapter_goes_to_a_page_an_address_or_a_figure(chapter):
    prose = "\n".join(cell.text for cell in chapter.cells if cell.prose)
    targets = re.findall(r"\]\(([^)]+)\)", chapter_pages._links(prose))
    assert targets
    for target in targets:
        page = chapter_pages_of(target)
        assert page is None or page.is_file(), target
