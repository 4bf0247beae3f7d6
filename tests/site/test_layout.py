"""What fits where: code on a laptop, prose on a phone, faces of the site's own."""

import pytest

from tutorial_code.shared.chapters import read_chapters

CHAPTERS = [chapter.name for chapter in read_chapters()]
WIDEST = """(selector) => [...document.querySelectorAll(selector)]
    .filter((block) => block.scrollWidth > block.clientWidth + 1)
    .map((block) => block.textContent.slice(0, 60))"""


@pytest.mark.parametrize("width", [1280, 1440])
@pytest.mark.parametrize("name", CHAPTERS)
def test_no_code_scrolls_sideways_on_a_laptop(name, width, page):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"chapters/{name}.html", wait_until="networkidle")
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert page.locator("pre > code").count() > 3
    assert page.evaluate(WIDEST, "pre > code, pre, .md-typeset__scrollwrap") == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_prose_scrolls_sideways_on_a_phone(name, page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"chapters/{name}.html", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    wide = page.evaluate(WIDEST, "article p, article li, figure, .md-typeset__scrollwrap, math")
    assert wide == []


def test_the_site_brings_its_own_faces_and_no_more_than_200_kilobytes_of_them(page, site):
    page.goto("chapters/ch04_resnet50.html", wait_until="networkidle")
    faces = page.evaluate(
        "[...document.fonts].filter((face) => face.status === 'loaded').map((face) => face.family)"
    )
    assert {"Source Serif 4", "Inter", "JetBrains Mono"} <= {face.strip('"') for face in faces}
    fonts = list((site / "assets" / "fonts").glob("*.woff2"))
    assert sum(font.stat().st_size for font in fonts) <= 200_000
    for font in ("source-serif-4", "inter", "jetbrains-mono"):
        assert (site / "assets" / "fonts" / f"{font}-LICENSE.txt").exists()
    assert (site / "assets" / "d3" / "LICENSE.txt").exists()


def test_the_first_figure_stands_within_the_first_screen(page):
    for name in CHAPTERS[:4]:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"chapters/{name}.html", wait_until="networkidle")
        assert page.locator("figure").first.bounding_box()["y"] < 700, name


def test_what_goes_wrong_has_its_edge_and_a_printed_heading_stays_with_its_text(page):
    for name in CHAPTERS:
        page.goto(f"chapters/{name}.html", wait_until="networkidle")
        edges = page.evaluate("""() => [
            ...document.querySelectorAll("#what-goes-wrong + ul, #what-goes-wrong + p + ul")
        ].map((list) => getComputedStyle(list).borderLeftWidth)""")
        # Chapter 10's are errors that a cell shows.
        assert edges == ([] if name == "ch10_family" else ["3px"]), name
    page.emulate_media(media="print")
    heading = page.locator("article h2").first
    assert heading.evaluate("node => getComputedStyle(node).breakAfter") == "avoid"


def test_on_a_phone_each_cell_of_a_wide_table_stands_beside_its_heading(page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("chapters/ch04_resnet50.html", wait_until="networkidle")
    cell = page.locator("table[data-stacked] td").nth(1)
    assert cell.evaluate("node => getComputedStyle(node, '::before').content") == '"blocks"'
    assert cell.evaluate("node => getComputedStyle(node).display") == "flex"
    assert cell.bounding_box()["width"] > 300
