"""What the page makes of a drawing and of a photograph, run without a browser: images as the data
and ``resnet50 predict`` have them.
"""

import json

import numpy as np
import pytest

pytest.importorskip("py_mini_racer", reason="the site's tools are not installed: uv sync")
from drawn_digits import DIGITS
from helpers import ROOT
from PIL import Image
from pipeline import try_page
from py_mini_racer import MiniRacer
from sklearn.datasets import load_digits, load_sample_image
from sklearn.neighbors import KNeighborsClassifier

from tutorial_code.ch01_images import load_dataset
from tutorial_code.data import image_files, image_folder
from tutorial_code.runs import try_files


@pytest.fixture(scope="module")
def page():
    """Return a function that evaluates an expression beside the page's scripts."""
    engine = MiniRacer()
    for name in ("digit.js", "photograph.js"):
        engine.eval((ROOT / "docs" / "try" / name).read_text(encoding="utf-8"))
    yield lambda expression: json.loads(str(engine.eval(f"JSON.stringify({expression})")))
    engine.close()


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def changed(strokes, change):
    return [[change(x, y) for x, y in stroke] for stroke in strokes]


CHANGES = {
    "plain": lambda x, y: (x, y),
    "small and aside": lambda x, y: (x / 4, y / 4 + 60),
    "slanted": lambda x, y: (x - 0.3 * y, y),
    "slanted back": lambda x, y: (x + 0.2 * y, y),
    "wide": lambda x, y: (1.4 * x, y),
}


def test_the_form_that_a_drawing_is_brought_to_is_that_of_the_data(page, digits):
    images = digits.images
    assert (images > 0).any(axis=2).all()  # as high as the image
    assert page("INK") == round(images.sum(axis=(1, 2)).mean())
    columns = images.mean(axis=(0, 1))
    assert columns[1:7].sum() > 0.98 * columns.sum()
    # The left edge of the first and of the last row, in dots.
    first, last = (
        np.array(
            [4 * np.flatnonzero(rows)[0] + 4 - rows[rows > 0][0] / 4 for rows in images[:, at]]
        )
        for at in (0, 7)
    )
    assert np.median(np.abs(last - first)) < 0.5
    for strokes in DIGITS:
        values = np.array(page(f"valuesOf({json.dumps(strokes)})")).reshape(8, 8)
        assert abs(values.sum() - 313) < 25
        assert (values.max(axis=1) > 0).all() and values[:, [0, 7]].sum() < 10


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_drawings_resemble_the_digits_of_the_data(change, page, digits):
    nearest = KNeighborsClassifier(5).fit(digits.data, digits.target)
    drawn = [page(f"valuesOf({json.dumps(changed(strokes, change))})") for strokes in DIGITS]
    assert nearest.predict(drawn).tolist() == list(range(10))


def test_a_single_dot_and_an_empty_field_are_drawings_too(page):
    assert page("valuesOf([])") == [0] * 64
    dot = np.array(page("valuesOf([[[5, 5]]])")).reshape(8, 8)
    assert dot[3:5, 3:5].min() > 0 and dot[:, [0, 7]].max() == 0


def test_a_digit_is_enlarged_as_chapter_1_does_it(page, digits):
    data = load_dataset("digits")
    for found in try_files.recorded_digits():
        numbers = (data.test_labels == found["label"]).nonzero()[0]
        image = data.test_images[numbers[0], 0].flatten().tolist()
        assert page(f"[...enlarged({found['values']}, 32)]") == image


def test_values_are_shifted_by_whole_pixels(page):
    values = list(range(64))
    moved = np.array(page(f"shifted({values}, 2, -1)")).reshape(8, 8)
    expected = np.zeros((8, 8))
    expected[:7, 2:] = np.arange(64).reshape(8, 8)[1:, :6]
    assert (moved == expected).all()


@pytest.mark.parametrize("shape", [(90, 131), (131, 90), (64, 64), (20, 33), (257, 400)], ids=str)
@pytest.mark.parametrize("size", [32, 224])
def test_a_photograph_is_cut_and_resized_as_predict_does_it(size, shape, page, tmp_path):
    flower = Image.fromarray(load_sample_image("flower.jpg")[: shape[0], : shape[1]])
    flower.save(tmp_path / "flower.png")
    reader = image_files if size == 224 else image_folder
    expected = reader.read_image(tmp_path / "flower.png", size).numpy().astype(int)
    pixels = np.asarray(flower.convert("RGBA")).flatten().tolist()
    found = page(f"[...resized({pixels}, {shape[1]}, {shape[0]}, {size})]")
    assert np.abs(np.array(found).reshape(3, size, size) - expected).max() <= 1


def test_the_picture_that_stands_without_scripts_is_computed_by_the_pages_own_network():
    found = try_page.example()
    assert sum(found["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert np.argmax(found["probabilities"]) == found["label"]


def test_the_page_shows_the_fragment_and_loads_its_scripts_in_order():
    text = try_page.page()
    assert "\n## Draw a digit {#draw}\n" in text and "<h2" not in text and "{{" not in text
    places = [text.index(f'src="try/{name}"') for name in try_files.SCRIPTS]
    assert places == sorted(places)
