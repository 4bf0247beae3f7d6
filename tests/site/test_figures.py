"""Figures in a real browser: they move, by mouse, touch and keyboard, and a phone can read them."""

import re

import pytest

from tutorial_code.shared.chapters import read_chapters

CHAPTERS = [chapter for chapter in read_chapters() if "](figure:" in chapter.text.replace("\n", "")]
SMALLEST = 11.8  # CSS pixels of a label as it is seen


def moving(page, name):
    return page.locator(f"figure[data-figure={name}]")


def seen(place):
    return place.locator(".says").inner_text()


def test_a_figure_follows_its_controls_and_says_what_it_shows(page):
    page.goto("chapters/ch01_images.html", wait_until="networkidle")
    place = moving(page, "batch")
    before = seen(place)
    field = place.get_by_label("column w", exact=True)
    field.focus()
    page.keyboard.press("ArrowDown")
    assert seen(place) != before and "= 102 in memory" in seen(place)
    place.get_by_label("image n", exact=True).fill("0")
    assert "= 42 in memory" in seen(place)
    drawn = place.locator("svg.wide")
    assert drawn.get_attribute("aria-label") == seen(place)
    field.fill("99")  # beyond the last column: the last one
    field.blur()
    assert field.input_value() == "4" and "w = 4" in seen(place)
    field.fill("")
    field.blur()
    assert field.input_value() == "4"


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_figure_follows_the_pointer(touch, page, browser, address):
    context = browser.new_context(base_url=address, has_touch=touch)
    opened = context.new_page()
    opened.goto("chapters/ch01_images.html", wait_until="networkidle")
    place = moving(opened, "digit")
    place.scroll_into_view_if_needed()
    drawing = place.locator("svg:visible").first
    box = drawing.bounding_box()
    x, y = box["x"] + 0.04 * box["width"], box["y"] + 10
    if touch:
        opened.touchscreen.tap(x, y)
    else:
        opened.mouse.move(x, y)
    assert "row 0, column 0" in seen(place)
    context.close()


def test_the_calculation_of_a_figure_is_the_chapters(page):
    """The values of a pixel are those of the photograph."""
    from PIL import Image
    from sklearn.datasets import load_sample_image

    small = Image.fromarray(load_sample_image("flower.jpg")).resize((72, 48), Image.Resampling.BOX)
    page.goto("chapters/ch01_images.html", wait_until="networkidle")
    place = moving(page, "pixels")
    for row, column in ((0, 0), (47, 71), (20, 33)):
        place.get_by_label("row", exact=True).fill(str(row))
        place.get_by_label("column", exact=True).fill(str(column))
        red, green, blue = small.getpixel((column, row))
        assert f"red {red}, green {green}, blue {blue}" in seen(place)


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_labels_are_large_enough_as_they_are_seen(chapter, width, page):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"chapters/{chapter.name}.html", wait_until="networkidle")
    small = page.evaluate(
        """() => [...document.querySelectorAll("figure .stage > svg")].flatMap((svg) => {
            const box = svg.getBoundingClientRect();
            if (!box.width) return [];
            const scale = box.width / svg.viewBox.baseVal.width;
            return [...svg.querySelectorAll("text")].map((text) =>
                [parseFloat(getComputedStyle(text).fontSize) * scale, text.textContent]);
        })"""
    )
    assert small
    too_small = [(round(size, 1), text) for size, text in small if size < SMALLEST and text.strip()]
    assert too_small == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_labels_stay_within_their_figure(chapter, width, page):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"chapters/{chapter.name}.html", wait_until="networkidle")
    outside = page.evaluate(
        """() => [...document.querySelectorAll("figure .stage > svg")].flatMap((svg) => {
            const box = svg.getBoundingClientRect();
            if (!box.width) return [];
            return [...svg.querySelectorAll("text")].filter((text) => {
                const own = text.getBoundingClientRect();
                return own.width && (own.left < box.left - 3 || own.right > box.right + 3);
            }).map((text) => text.textContent);
        })"""
    )
    assert outside == []


CLOSEST = 5  # CSS pixels between two labels on one line
CONTOURS = {"loss-surface"}  # whose whole map is lines


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_labels_on_a_phone_stand_clear_of_each_other_and_of_lines(chapter, page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"chapters/{chapter.name}.html", wait_until="networkidle")
    page.locator(".covers-switch").click()
    found = page.evaluate(
        """([closest, contours]) => [...document.querySelectorAll("figure svg")].flatMap((svg) => {
            if (!svg.getBoundingClientRect().width) return [];
            const labels = [...svg.querySelectorAll("text")]
                .filter((text) => text.textContent.trim() && !text.children.length)
                .map((text) => [text.textContent, text.getBoundingClientRect()]);
            const wrong = labels.flatMap(([one, a], place) => labels.slice(place + 1)
                .filter(([, b]) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 6
                    && Math.max(a.left - b.right, b.left - a.right) < closest)
                .map(([other]) => `${one} | ${other}`));
            if (contours.includes(svg.closest("figure").dataset.figure)) return wrong;
            for (const line of svg.querySelectorAll("path, polyline, line")) {
                const length = getComputedStyle(line).stroke === "none" ? 0 : line.getTotalLength();
                if (length < 40) continue;
                for (let part = 0; part <= 400; part += 1) {
                    const point = line.getPointAtLength((length * part) / 400);
                    const { x, y } = point.matrixTransform(line.getScreenCTM());
                    wrong.push(...labels.filter(([, a]) => x > a.left + 1 && x < a.right - 1
                        && y > a.top + 4 && y < a.bottom - 4).map(([text]) => `— ${text}`));
                }
            }
            return [...new Set(wrong)];
        })""",
        [CLOSEST, sorted(CONTOURS)],
    )
    assert found == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_figure_stands_without_scripts(chapter, browser, address):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    still = context.new_page()
    still.goto(f"chapters/{chapter.name}.html")
    for place in still.locator("figure.drawing").all():
        assert place.locator("svg.wide").is_visible()
        assert re.match(r"Figure \d+\.\d+\.", place.locator("figcaption").inner_text())
    context.close()
