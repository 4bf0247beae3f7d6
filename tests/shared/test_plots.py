"""Figures: what an SVG of matplotlib keeps, and what a page makes of it."""

import base64
import io
import re

import torch
from PIL import Image

from tutorial_code.shared import plots
from tutorial_code.shared.inline_svg import inline_svg


def test_a_mark_is_as_opaque_as_its_place_is_strong():
    figure, axes = plots.figure_with(1, 1, 2, 2)
    plots.mark(axes[0, 0], torch.tensor([[0.0, 1.0], [0.25, 0.5]]), side=2)
    page = inline_svg(plots.to_svg(figure), "marks")
    (png,) = re.findall(r"data:image/png;base64,([^\"]+)", page)
    image = Image.open(io.BytesIO(base64.b64decode(png.replace("\n", "")))).convert("RGBA")
    opacities = {value for _, value in image.getchannel("A").getcolors()}
    assert opacities == {0, 63, 127, 255} or opacities == {0, 64, 128, 255}


def test_what_matplotlib_fills_with_black_takes_the_color_of_the_text():
    figure, axes = plots.figure_with(1, 1, 2, 2)
    axes[0, 0].barh(0, 1, color="black", alpha=0.4)
    page = inline_svg(plots.to_svg(figure), "a bar")
    assert page.startswith("<svg") and "fill: currentColor" in page.partition(">")[0]
    assert "fill: #000" not in page


def test_a_confusion_matrix_of_many_classes_is_one_image():
    """As squares, those of ImageNet took minutes and megabytes."""
    counts = [[3 if row == column else 1 for column in range(150)] for row in range(150)]
    svg = plots.to_svg(plots.confusion(counts, [str(number) for number in range(150)]))
    assert svg.count("<image") == 1 and len(svg) < 100_000
    few = [row[:30] for row in counts[:30]]
    few = plots.to_svg(plots.confusion(few, [str(number) for number in range(30)]))
    assert "<image" not in few
